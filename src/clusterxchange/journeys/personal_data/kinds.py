"""The kinds of personal data: why the tool holds them, by which right, for how long, and what becomes of them."""

from dataclasses import dataclass
from enum import Enum, StrEnum

from django.utils.translation import gettext_lazy as _

from clusterxchange.workflow.sentences import Text


class Basis(Enum):
    """On which ground of Article 6 of Regulation (EU) 2016/679 something is held."""

    CONTRACT = _("It is needed for what you asked for (Article 6(1)(b)).")
    LEGAL_DUTY = _("The law asks for it, since public money is paid (Article 6(1)(c)).")
    LEGITIMATE_INTEREST = _("It keeps the tool safe for everybody (Article 6(1)(f)).")
    CONSENT = _("You agreed to it, and may take that back (Article 6(1)(a)).")


class Erasure(StrEnum):
    """What becomes of it when its person asks to be forgotten."""

    AT_ONCE = "at once"
    WITH_THE_CASE = "with the case"
    NUMBER_STAYS = "a number without a name stays"


@dataclass(frozen=True)
class Kind:
    """One kind of personal data."""

    code: str
    name: Text
    purpose: Text
    basis: Basis
    kept: Text
    erasure: Erasure
    is_exported: bool = True


ACCOUNT = Kind(
    "account",
    _("Account"),
    _("So that you can sign in and hear of what waits for you."),
    Basis.CONTRACT,
    _("Until you erase your account."),
    Erasure.AT_ONCE,
)
SECRET = Kind(
    "secret",
    _("Passwords and keys"),
    _("So that nobody else signs in as you."),
    Basis.LEGITIMATE_INTEREST,
    _("Until you change them or erase your account."),
    Erasure.AT_ONCE,
    is_exported=False,
)
PERSON = Kind(
    "person",
    _("You as a participant"),
    _("So that a partnership can decide who takes part, and a partner knows who comes."),
    Basis.CONTRACT,
    _("Until you erase your account."),
    Erasure.AT_ONCE,
)
STATISTICS = Kind(
    "statistics",
    _("For statistics"),
    _("So that the programme can say who takes part. Nobody must answer."),
    Basis.CONSENT,
    _("Until you take it back or erase your account."),
    Erasure.AT_ONCE,
)
REGISTRATION = Kind(
    "registration",
    _("Registration and search for partners"),
    _("So that a partnership can decide, and partners can be found."),
    Basis.CONTRACT,
    _("Until you erase your account."),
    Erasure.AT_ONCE,
)
SAID = Kind(
    "said",
    _("Messages and comments"),
    _("So that the people of a case can talk with each other."),
    Basis.CONTRACT,
    _("Until you erase your account, at the latest with the case."),
    Erasure.AT_ONCE,
)
PREFERENCE = Kind(
    "preference",
    _("What you saved, and what you were told"),
    _("So that you find it again, and are told once."),
    Basis.CONTRACT,
    _("A year for mails; otherwise until you remove it."),
    Erasure.AT_ONCE,
)
CASE = Kind(
    "case",
    _("Agreements, signatures, reports and evidence"),
    _("So that an exchange can be carried out and its funding be accounted for."),
    Basis.LEGAL_DUTY,
    _("As long as funding is audited; the years are a setting of the installation."),
    Erasure.WITH_THE_CASE,
)
BANK = Kind(
    "bank",
    _("Bank details"),
    _("So that you can be paid, and the payment be proven."),
    Basis.LEGAL_DUTY,
    _("As long as funding is audited; the years are a setting of the installation."),
    Erasure.WITH_THE_CASE,
)
TRAIL = Kind(
    "trail",
    _("Who did what, and when"),
    _("So that it can be proven who decided."),
    Basis.LEGAL_DUTY,
    _("For ever, as a number. Once your account is erased no name belongs to it."),
    Erasure.NUMBER_STAYS,
)
OUTSIDER = Kind(
    "outsider",
    _("People without an account"),
    _("So that somebody who was asked, named or invited can be written to."),
    Basis.LEGITIMATE_INTEREST,
    _("A year after it was answered or has ended."),
    Erasure.AT_ONCE,
    is_exported=False,
)
SECURITY = Kind(
    "security",
    _("Sign-ins and devices"),
    _("So that you see who signed in as you, and guessing is slowed down."),
    Basis.LEGITIMATE_INTEREST,
    _("A year."),
    Erasure.AT_ONCE,
)

KINDS = (
    ACCOUNT, SECRET, PERSON, STATISTICS, REGISTRATION, SAID, PREFERENCE, CASE, BANK, TRAIL, SECURITY, OUTSIDER,
)  # fmt: skip
