"""People by their names, organisations that stand here twice, and those that may be visiting twice."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Count, Q, QuerySet
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from clusterxchange.access.actions import Action
from clusterxchange.foundation.folding import fold
from clusterxchange.journeys.models import OrganisationMerge
from clusterxchange.journeys.support_office.merging import UNDONE_WITHIN
from clusterxchange.parties.accounts.models import Account
from clusterxchange.parties.organisations.models import Organisation
from clusterxchange.parties.partnerships.models import Partnership
from clusterxchange.phases.finalisation.models import Payment, PaymentState
from clusterxchange.phases.registration.models import ApplicationState
from clusterxchange.workflow.models import Obligation

MOST_GROUPS = 50
NOT_ASKING = (
    ApplicationState.DRAFT,
    ApplicationState.REFUSED,
    ApplicationState.WITHDRAWN,
    ApplicationState.LAPSED,
)


def people_named(words: str) -> "QuerySet[Account]":
    """Give the people outside the offices, narrowed by words of their name or address."""
    found = Account.objects.filter(is_active=True).exclude(offices())
    for word in fold(words).split():
        found = found.filter(search_text__contains=word)
    related = ("representations__organisation", "partnership_roles__partnership")
    return found.prefetch_related(*related).order_by("last_name", "first_name", "pk")


def parties_of(person: Account) -> list[Organisation | Partnership]:
    """Give the organisations for which a person speaks and the partnerships in which they have a role, each once."""
    held: list[Organisation | Partnership] = [
        *(one.organisation for one in person.representations.all() if one.ended_at is None),
        *(one.partnership for one in person.partnership_roles.all()),
    ]
    return list(dict.fromkeys(held))


def in_words(parties: Iterable[Organisation | Partnership]) -> str:
    """Name parties one after the other; an organisation may have no name yet."""
    return ", ".join(dict.fromkeys(name for one in parties if (name := str(one))))


def offices() -> Q:
    """Give the filter for people who see more than a party does."""
    return Q(is_support_office=True) | Q(is_agency=True) | Q(is_auditor=True)


@dataclass(frozen=True)
class Alike:
    """Organisations that have the same of something."""

    why: Promise
    value: str
    organisations: list[Organisation]


# The three by which two entries are known to be one organisation (scheme.md section 9), the surest first.
SAME: tuple[tuple[Promise, str], ...] = (
    (_("Same value added tax number"), "folded_vat_number"),
    (_("Same legal name"), "sort_name"),
    (_("Same website"), "web_domain"),
)


def double_visits() -> list[Alike]:
    """Give the organisations that share name, tax number or website and of which at least two asked to visit.

    An organisation may visit once.
    """
    return alike_among(visiting())


def duplicates() -> list[Alike]:
    """Give the entries that share name, tax number or website, whatever they asked for."""
    return alike_among(Organisation.objects.prefetch_related("participations__partnership"))


def alike_among(rows: "QuerySet[Organisation]") -> list[Alike]:
    """Give the groups among some organisations, each once: a group with the same tax number not again by its name."""
    found: list[Alike] = []
    seen: set[frozenset[int]] = set()
    for why, column in SAME:
        having = rows.exclude(**{column: ""})
        shared = having.order_by().values(column).annotate(number=Count("pk", distinct=True)).filter(number__gt=1)
        values = list(shared.order_by("-number", column).values_list(column, flat=True)[:MOST_GROUPS])
        alike = _by_value(having.filter(**{f"{column}__in": values}).distinct().order_by("pk"), column)
        for one in values:
            numbers = frozenset(organisation.pk for organisation in alike[one])
            if numbers not in seen:
                seen.add(numbers)
                found.append(Alike(why, one, alike[one]))
    return found


def visiting() -> "QuerySet[Organisation]":
    """Give the organisations that have asked to visit and were not refused, with what came of it."""
    asked = Q(applications__asks_visit=True) & ~Q(applications__state__in=NOT_ASKING)
    return Organisation.objects.filter(asked).prefetch_related("participations__partnership")


def _by_value(organisations: Iterable[Organisation], column: str) -> dict[str, list[Organisation]]:
    found: dict[str, list[Organisation]] = {}
    for one in organisations:
        found.setdefault(getattr(one, column), []).append(one)
    return found


def merges_lately(at: datetime) -> "QuerySet[OrganisationMerge]":
    """Give the merges that can still be undone, as far as the time goes, the newest first."""
    found = OrganisationMerge.objects.filter(undone_at=None, at__gt=at - UNDONE_WITHIN)
    return found.select_related("kept", "merged", "made_by")


def disputes() -> list[tuple[Payment, datetime | None]]:
    """Give the payments that a dispute has stopped, the longest stopped first, with when each must be decided."""
    related = ("exchange__visiting_organisation", "exchange__visitor_partnership")
    found = list(Payment.objects.filter(state=PaymentState.BLOCKED).select_related(*related).order_by("state_since"))
    asked = Obligation.objects.filter(
        kind="payment", subject_id__in=[one.pk for one in found], action=Action.UNBLOCK_PAYMENT, closed_at=None
    )
    due = dict(asked.values_list("subject_id", "due_at"))
    return [(one, due.get(one.pk)) for one in found]
