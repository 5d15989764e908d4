"""What the mail of a decision says beside the tool's own sentence, in the applicant's language; people may edit it."""

from collections.abc import Iterable, Mapping
from datetime import datetime

from django.utils import translation
from django.utils.translation import gettext as _

from clusterxchange.access.actions import Action
from clusterxchange.phases.registration import rules
from clusterxchange.phases.registration.models import Application, Decision
from clusterxchange.scheme import code_lists, terms
from clusterxchange.scheme.document import Role, Scheme
from clusterxchange.workflow.cases import date_in_words, last_day_of

DECISIONS = (Action.ACCEPT_APPLICATION, Action.HOLD_APPLICATION, Action.REFUSE_APPLICATION)


def acceptance(application: Application, decisions: Mapping[str, str], reason: str) -> str:
    """Say which roles are accepted, which are not and why, and what comes next."""
    with translation.override(application.representative.account.language):
        words = {
            (Role.VISIT, True): _("Your organisation is accepted as a visiting organisation."),
            (Role.VISIT, False): _("Your organisation is not accepted as a visiting organisation."),
            (Role.HOST, True): _("Your organisation is accepted as a host organisation."),
            (Role.HOST, False): _("Your organisation is not accepted as a host organisation."),
        }
        asked = rules.roles_asked(application)
        lines = [words[role, decisions.get(role.value) != Decision.REFUSED] for role in asked]
        if reason.strip():
            lines.append(reason.strip())
        lines.append(_("From now on you see the partners that fit best."))
        return "\n".join(lines)


def questions(application: Application, asked: Iterable[str], scheme: Scheme, at: datetime) -> str:
    """List the questions, and say until when they can be answered."""
    with translation.override(application.representative.account.language):
        until = last_day_of(terms.due_at(scheme, "on_hold", at, application.organisation.country or None))
        listed = [f"{number}. {one}" for number, one in enumerate(asked, start=1)]
        listed = listed or [_("(the comments of the items that you mark “Ask”)")]
        last = _("Answer until %(day)s. After that the registration lapses.") % {"day": date_in_words(until)}
        return "\n".join([_("Your contact point needs to know more before deciding:"), *listed, last])


def refusal(application: Application, reason: str, reason_code: str, scheme: Scheme, at: datetime) -> str:
    """Give the reason, and how to object."""
    with translation.override(application.representative.account.language):
        until = last_day_of(terms.due_at(scheme, "objection", at, application.organisation.country or None))
        lines = []
        if reason_code:
            lines.append(code_lists.label(scheme, "application_refusal_reasons", reason_code))
        lines.append(reason.strip() or _("(the reason that you write)"))
        lines.append(
            _("You may object until %(day)s; the support office then decides.") % {"day": date_in_words(until)}
        )
        return "\n".join(lines)


def sent(written: str, shown: str, standard: str) -> str:
    """Give what goes out: what was written, or the standard text where the text that was shown was left as it was."""
    given = "\n".join(written.strip().splitlines())
    return standard if not given or given == "\n".join(shown.strip().splitlines()) else given
