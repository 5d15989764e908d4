"""The four phases step by step, each with the place where it is done, as far as the reader may go there."""

from collections.abc import Callable
from dataclasses import dataclass

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from clusterxchange.access.actor import Actor
from clusterxchange.phases.registration.models import Participation, ParticipationState
from clusterxchange.scheme.document import Scheme

TERMS = ("assessment", "proposal", "signature", "report", "report_validation", "payment")


@dataclass(frozen=True)
class Step:
    """One step in a sentence; the link is there only for whoever may open it."""

    sentence: str
    url: str = ""
    label: str = ""


@dataclass(frozen=True)
class Phase:
    """A phase with its steps."""

    title: str
    steps: tuple[Step, ...]
    opens_later: bool = False


def takes_part(actor: Actor) -> bool:
    """Whether an organisation of the reader has been accepted."""
    found = Participation.objects.filter(organisation_id__in=actor.organisations)
    return found.exclude(state=ParticipationState.WITHDRAWN).exists()


def terms_of(scheme: Scheme) -> dict[str, int]:
    """Give how long the terms are that people ask about."""
    return {name: scheme.terms.by_name[name].length for name in TERMS}


def phases_for(actor: Actor, scheme: Scheme) -> tuple[Phase, ...]:
    """Give the phases for a reader."""
    terms, accepted = terms_of(scheme), takes_part(actor)

    def only(holds: bool, url: str, label: str) -> tuple[str, str]:  # noqa: FBT001 -- read as "only where it holds"
        return (url, label) if holds else ("", "")

    inside = accepted or bool(actor.partnerships)
    return (
        _registration(actor, terms, only),
        _matching(terms, only, accepted=accepted, inside=inside),
        _building(terms, only, inside=inside, pays=scheme.agreement.pays),
        _finalisation(terms, only, inside=inside, pays=scheme.agreement.pays),
    )


Only = Callable[[bool, str, str], tuple[str, str]]


def _registration(actor: Actor, terms: dict[str, int], only: Only) -> Phase:
    answers = ngettext(
        "Your partnership answers within %(days)d working day: accepted, a question, or refused with the reason.",
        "Your partnership answers within %(days)d working days: accepted, a question, or refused with the reason.",
        terms["assessment"],
    ) % {"days": terms["assessment"]}
    return Phase(
        _("1. Registration"),
        (
            Step(
                _("See whether your organisation may visit or host, and roughly how much it would receive."),
                "/eligibility/",
                _("Answer at most seven questions"),
            ),
            Step(
                _("Open an account with your e-mail address."),
                *only(not actor.is_signed_in, "/sign-up/", _("Open an account")),
            ),
            Step(
                _("Look which partnership fits your sector and country, and ask it."),
                "/partnerships/",
                _("See all partnerships"),
            ),
            Step(
                _("Say who you are, what your organisation does, what you look for. You can stop and go on."),
                "/registration/",
                _("Start the registration"),
            ),
            Step(_("Check your answers and submit. You get a reference and are told what happens next.")),
            Step(answers),
        ),
    )


def _matching(terms: dict[str, int], only: Only, *, accepted: bool, inside: bool) -> Phase:
    proposal = ngettext(
        "Send a proposal with a message. It is answered within %(days)d day, or expires.",
        "Send a proposal with a message. It is answered within %(days)d days, or expires.",
        terms["proposal"],
    ) % {"days": terms["proposal"]}
    return Phase(
        _("2. Matching"),
        (
            Step(
                _("See the organisations that fit best, each with its reasons."),
                *only(accepted, "/matching/best/", _("See the best matches")),
            ),
            Step(
                _("Search all who are available."),
                *only(inside, "/matching/catalogue/", _("Open the catalogue")),
            ),
            Step(proposal, *only(inside, "/matching/proposals/", _("Open your proposals"))),
            Step(_("When the other side accepts, the match is confirmed and the exchange is prepared.")),
        ),
        opens_later=not inside,
    )


def _building(terms: dict[str, int], only: Only, *, inside: bool, pays: bool) -> Phase:
    signing = ngettext(
        "Both agree, both contact points validate, then all sign the same text within %(days)d working day.",
        "Both agree, both contact points validate, then all sign the same text within %(days)d working days.",
        terms["signature"],
    ) % {"days": terms["signature"]}
    money = Step(
        _("Visitor and visitor’s partnership sign the financial agreement. A virtual exchange needs none."),
        "/amount/",
        _("Work the amount out"),
    )
    return Phase(
        _("3. Exchange building"),
        (
            Step(
                _("Visitor and host write the Commitment to Quality together: dates, objectives, a plan for each day."),
                *only(inside, "/exchanges/", _("Open your exchanges")),
            ),
            Step(signing),
            *([money] if pays else []),
            Step(_("On the first day both confirm the start, on the last day the end.")),
        ),
        opens_later=not inside,
    )


def _finalisation(terms: dict[str, int], only: Only, *, inside: bool, pays: bool) -> Phase:
    report = ngettext(
        "Both sides write a short report within %(days)d day after the end.",
        "Both sides write a short report within %(days)d days after the end.",
        terms["report"],
    ) % {"days": terms["report"]}
    evidence = _("The visitor adds tickets and a proof of the stay. They show that it took place, not what it cost.")
    payment = ngettext(
        "Once report and evidence are accepted, the lump sum is paid within %(days)d day.",
        "Once report and evidence are accepted, the lump sum is paid within %(days)d days.",
        terms["payment"],
    ) % {"days": terms["payment"]}
    return Phase(
        _("4. Exchange finalisation"),
        (
            Step(report, *only(inside, "/exchanges/", _("Open your exchanges"))),
            *(Step(sentence) for sentence in ([evidence, payment] if pays else [])),
            Step(_("Both receive a certificate of participation.")),
        ),
        opens_later=not inside,
    )
