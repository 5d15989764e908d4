"""People by their names, and organisations that may be visiting twice."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.db.models import Count, F, Func, Q, QuerySet, Value
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from clusterxchange.parties.accounts.models import Account
from clusterxchange.parties.organisations.models import Organisation
from clusterxchange.phases.registration.models import ApplicationState

MOST_GROUPS = 50
NOT_ASKING = (
    ApplicationState.DRAFT,
    ApplicationState.REFUSED,
    ApplicationState.WITHDRAWN,
    ApplicationState.LAPSED,
)


def people_named(words: str) -> "QuerySet[Account]":
    """Give the people who act for an organisation or a partnership, narrowed by words of their name or address."""
    acting = Q(representations__isnull=False) | Q(partnership_roles__isnull=False)
    found = Account.objects.filter(acting, is_active=True).exclude(offices())
    for word in words.split():
        found = found.filter(Q(first_name__icontains=word) | Q(last_name__icontains=word) | Q(email__icontains=word))
    related = ("representations__organisation", "partnership_roles__partnership")
    return found.distinct().prefetch_related(*related).order_by("last_name", "first_name", "pk")


def offices() -> Q:
    """Give the filter for people who see more than a party does."""
    return Q(is_support_office=True) | Q(is_agency=True) | Q(is_auditor=True)


@dataclass(frozen=True)
class Alike:
    """Organisations that have the same of something and have both asked to visit."""

    why: Promise
    value: str
    organisations: list[Organisation]


def _letters(column: str) -> Func:
    return Func(
        Func(F(column), function="lower"), Value("[^[:alnum:]]"), Value(""), Value("g"), function="regexp_replace"
    )


def _domain(column: str) -> Func:
    pattern = r"^https?://(?:www\.)?([^/:]+).*$"
    return Func(Func(F(column), function="lower"), Value(pattern), Value(r"\1"), function="regexp_replace")


SAME: tuple[tuple[Promise, Func], ...] = (
    (_("Same value added tax number"), _letters("vat_number")),
    (_("Same legal name"), _letters("legal_name")),
    (_("Same website"), _domain("website")),
)


def double_visits() -> list[Alike]:
    """Give the organisations that share name, tax number or website and of which at least two asked to visit.

    Scheme.md section 9 names the three; an organisation may visit once.
    """
    found: list[Alike] = []
    seen: set[frozenset[int]] = set()
    for why, value in SAME:
        rows = visiting().annotate(shared=value).exclude(shared="")
        shared = rows.values("shared").annotate(number=Count("pk", distinct=True)).filter(number__gt=1)
        values = list(shared.order_by("-number", "shared").values_list("shared", flat=True)[:MOST_GROUPS])
        alike = _by_value(rows.filter(shared__in=values).distinct().order_by("pk"))
        for one in values:
            numbers = frozenset(organisation.pk for organisation in alike[one])
            if numbers not in seen:
                seen.add(numbers)
                found.append(Alike(why, one, alike[one]))
    return found


def visiting() -> "QuerySet[Any]":
    """Give the organisations that have asked to visit and were not refused, with what came of it."""
    asked = Q(applications__asks_visit=True) & ~Q(applications__state__in=NOT_ASKING)
    return Organisation.objects.filter(asked).prefetch_related("participations__partnership")


def _by_value(organisations: Iterable[Any]) -> dict[str, list[Organisation]]:
    found: dict[str, list[Organisation]] = {}
    for one in organisations:
        found.setdefault(one.shared, []).append(one)
    return found
