"""Numbers about exchanges as they stood at the end of a day (scheme.md section 9).

An exchange counts once, for the visitor's partnership, under the type and the countries it had when it was matched.
What it was on a day is told by the moments of its steps; an interruption that is over counts as under way.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from typing import Any

from django.db.models import (
    Aggregate,
    Avg,
    Case,
    CharField,
    Count,
    F,
    FloatField,
    Func,
    Q,
    QuerySet,
    Sum,
    Value,
    When,
)
from django.db.models.fields.json import KeyTextTransform
from django.db.models.functions import Cast

from clusterxchange.parties.partnerships.models import Budget, Partnership
from clusterxchange.phases.exchange_building.models import Exchange, ExchangeState
from clusterxchange.phases.finalisation.models import ActivityReport, FollowUpSurvey
from clusterxchange.phases.registration.models import Application
from clusterxchange.scheme.editions import BRUSSELS
from clusterxchange.workflow.models import Obligation

S = ExchangeState
UNDER_WAY = (S.RUNNING, S.INTERRUPTED)
BUDGET_PARTS = ("planned", "reserved", "committed", "paid", "free")
SECONDS_OF_A_DAY = 24 * 60 * 60
# Marks of the follow-up survey from which an exchange counts as worth the time.
WORTH_THE_TIME = 4

# Each step of an exchange, with the moment before it and its own.
STEPS: Mapping[str, tuple[str, str]] = {
    "agreed": ("created_at", "agreed_at"),
    "ready": ("agreed_at", "ready_at"),
    "started": ("ready_at", "started_at"),
    "ended": ("started_at", "ended_at"),
    "closed": ("ended_at", "closed_at"),
}
MOMENTS: Mapping[str, str] = {"matched": "created_at"} | {step: pair[1] for step, pair in STEPS.items()}


class Median(Aggregate):
    """The middle of values in their order; between the two in the middle where their number is even."""

    function = "percentile_cont"
    template = "percentile_cont(0.5) within group (order by %(expressions)s)"
    output_field = FloatField()


@dataclass(frozen=True)
class Scope:
    """Which partnerships are counted, until the end of which day; `now` is the moment of the question."""

    partnerships: tuple[int, ...]
    as_of: date
    now: datetime

    @property
    def until(self) -> datetime:
        """The moment up to which things count."""
        return min(datetime.combine(self.as_of + timedelta(days=1), time.min, BRUSSELS), self.now)

    @property
    def is_today(self) -> bool:
        """Whether the numbers are those of now."""
        return self.until == self.now

    def exchanges(self) -> "QuerySet[Any]":
        """Give the exchanges that there were, each with its state on the day as `stood`."""
        found = Exchange.objects.filter(visitor_partnership__in=self.partnerships, created_at__lte=self.until)
        return found.annotate(stood=_stood(self.until))


def _stood(until: datetime) -> Case:
    steps = (
        (S.CLOSED, Q(closed_at__lte=until)),
        (S.CANCELLED, Q(cancelled_at__lte=until)),
        (S.ENDED, Q(ended_at__lte=until)),
        (S.INTERRUPTED, Q(state=S.INTERRUPTED, state_since__lte=until)),
        (S.RUNNING, Q(started_at__lte=until)),
        (S.READY, Q(ready_at__lte=until)),
        (S.AGREED, Q(agreed_at__lte=until)),
    )
    whens = [When(condition, then=Value(state.value)) for state, condition in steps]
    return Case(*whens, default=Value(S.PREPARING.value), output_field=CharField())


@dataclass(frozen=True)
class Counted:
    """Exchanges by their state on the day and by the type of visitor, read once."""

    by_state: Mapping[str, int]
    by_type: Mapping[str, int]
    realised: Mapping[str, int]
    total: int


def counted(scope: Scope) -> Counted:
    """Count the exchanges by state, by type of visitor, and those that are closed by type."""
    by_state: dict[str, int] = {}
    by_type: dict[str, int] = {}
    realised: dict[str, int] = {}
    rows = scope.exchanges().order_by().values_list("stood", "visitor_type").annotate(Count("pk"))
    for stood, kind, number in rows:
        by_state[stood] = by_state.get(stood, 0) + number
        by_type[kind] = by_type.get(kind, 0) + number
        if stood == S.CLOSED:
            realised[kind] = realised.get(kind, 0) + number
    return Counted(by_state, by_type, realised, sum(by_state.values()))


def targets(scope: Scope) -> dict[str, int]:
    """Add up what the partnerships have set out to reach, by type of visitor."""
    found: dict[str, int] = {}
    for planned in Partnership.objects.filter(pk__in=scope.partnerships).values_list("targets", flat=True):
        for kind, number in planned.items():
            found[kind] = found.get(kind, 0) + number
    return found


def budget(scope: Scope) -> dict[str, int]:
    """Add up the budgets in cents, as they stand now."""
    sums = Budget.objects.filter(partnership__in=scope.partnerships).aggregate(
        **{part: Sum(f"{part}_cents") for part in BUDGET_PARTS}
    )
    return {part: sums[part] or 0 for part in BUDGET_PARTS}


@dataclass(frozen=True)
class Passed:
    """How many have reached a step, and how long it took half of them at most, in days; None where nobody has."""

    number: int
    median_days: float | None


def funnel(scope: Scope) -> dict[str, Passed]:
    """Give each step from registration to closing with how many have reached it by the day, and the median of days."""
    until = scope.until
    registered = Application.objects.filter(
        partnership__in=scope.partnerships, submitted_at__lte=until, asks_visit=True
    ).aggregate(
        submitted=Count("pk"),
        accepted=Count("pk", filter=Q(visit_decision="accepted", decided_at__lte=until)),
        days=Median(_between("submitted_at", "decided_at"), filter=Q(visit_decision="accepted", decided_at__lte=until)),
    )
    reached = {step: Count("pk", filter=Q(**{f"{moment}__lte": until})) for step, moment in MOMENTS.items()}
    medians = {
        f"{step}_days": Median(_between(before, own), filter=Q(**{f"{own}__lte": until}))
        for step, (before, own) in STEPS.items()
    }
    rows = Exchange.objects.filter(visitor_partnership__in=scope.partnerships, created_at__lte=until)
    found = rows.aggregate(**reached, **medians)
    return {
        "submitted": Passed(registered["submitted"], None),
        "accepted": Passed(registered["accepted"], _days(registered["days"])),
        **{step: Passed(found[step], _days(found.get(f"{step}_days"))) for step in MOMENTS},
    }


def _between(before: str, after: str) -> Func:
    # Numbers are put in their order much faster than durations.
    return Func(F(after), F(before), template="extract(epoch from %(expressions)s)::float8", arg_joiner=" - ")


def _days(seconds: float | None) -> float | None:
    return None if seconds is None else round(seconds / SECONDS_OF_A_DAY, 1)


def countries(scope: Scope) -> list[tuple[str, str, int]]:
    """Count the exchanges that were not cancelled by the two countries, the most frequent pair first."""
    rows = scope.exchanges().exclude(cancelled_at__lte=scope.until).order_by()
    found = rows.values_list("from_country", "to_country").annotate(number=Count("pk"))
    return [(one, other, number) for one, other, number in found.order_by("-number", "from_country", "to_country")]


def ratings(scope: Scope, names: tuple[str, ...]) -> dict[str, tuple[float | None, int]]:
    """Give the mean and the number of what visitors and hosts have given, in reports submitted by the day."""
    rows = ActivityReport.objects.filter(
        exchange__visitor_partnership__in=scope.partnerships, submitted_at__lte=scope.until
    )
    means: dict[str, Any] = {}
    for name in names:
        value = Cast(KeyTextTransform(name, "ratings"), FloatField())
        means |= {name: Avg(value), f"{name}_number": Count(value)}
    found = rows.aggregate(**means)
    return {name: (found[name], found[f"{name}_number"]) for name in names}


def half_a_year_later(scope: Scope, outcomes: tuple[str, ...]) -> dict[str, int]:
    """Count who was asked half a year after the closing, who has answered, and how many of these said what."""
    asked = FollowUpSurvey.objects.filter(
        exchange__visitor_partnership__in=scope.partnerships, created_at__lte=scope.until
    )
    answered = Q(answered_at__lte=scope.until)
    counts = {
        "asked": Count("pk"),
        "answered": Count("pk", filter=answered),
        "worth": Count("pk", filter=answered & Q(worth__gte=WORTH_THE_TIME)),
        "in_contact": Count("pk", filter=answered & Q(in_contact=True)),
        "recommends": Count("pk", filter=answered & Q(recommends=True)),
    }
    counts |= {f"outcome_{code}": Count("pk", filter=answered & Q(outcomes__contains=code)) for code in outcomes}
    return asked.aggregate(**counts)


def overdue(scope: Scope) -> "QuerySet[Obligation]":
    """Give what is overdue now in the partnerships' cases, longest first."""
    inside = Q(root_kind="exchange", root_id__in=_numbers(Exchange, "visitor_partnership", scope))
    inside |= Q(root_kind="application", root_id__in=_numbers(Application, "partnership", scope))
    rows = Obligation.objects.filter(inside, closed_at__isnull=True, is_watch=False, due_at__lte=scope.now)
    return rows.select_related("organisation", "partnership").order_by("due_at", "pk")


def _numbers(model: type[Any], path: str, scope: Scope) -> "QuerySet[Any]":
    found: QuerySet[Any] = model._default_manager.filter(**{f"{path}__in": scope.partnerships}).values("pk")
    return found


def away_now(scope: Scope) -> "QuerySet[Exchange]":
    """Give the exchanges that are under way now, with all that an emergency needs to know."""
    rows = Exchange.objects.filter(visitor_partnership__in=scope.partnerships, state__in=UNDER_WAY, format="physical")
    return rows.select_related(
        "commitment",
        "visiting_organisation",
        "host_organisation",
        "visitor_partnership",
        "visitor_participation__application__representative__account",
        "host_participation__application__representative__account",
    ).order_by("pk")


@dataclass(frozen=True)
class Narrowed:
    """What a list behind a number is narrowed to."""

    state: str = ""
    kind: str = ""
    from_country: str = ""
    to_country: str = ""
    step: str = ""
    going: bool = False
    names: Mapping[str, str] = field(default_factory=dict)


def listed(scope: Scope, narrowed: Narrowed) -> "QuerySet[Any]":
    """Give the exchanges behind a number, newest first."""
    rows = scope.exchanges()
    if narrowed.state:
        rows = rows.filter(stood=narrowed.state)
    if narrowed.kind:
        rows = rows.filter(visitor_type=narrowed.kind)
    if narrowed.from_country:
        rows = rows.filter(from_country=narrowed.from_country)
    if narrowed.to_country:
        rows = rows.filter(to_country=narrowed.to_country)
    if narrowed.step:
        rows = rows.filter(**{f"{MOMENTS[narrowed.step]}__lte": scope.until})
    if narrowed.going:
        rows = rows.exclude(cancelled_at__lte=scope.until)
    related = ("visiting_organisation", "host_organisation", "visitor_partnership", "host_partnership")
    return rows.select_related(*related).order_by("-pk")
