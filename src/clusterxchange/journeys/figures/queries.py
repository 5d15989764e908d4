"""Numbers about exchanges as they stood at the end of a day (scheme.md section 9).

An exchange counts once, for the visitor's partnership, under the type and the countries it had when it was matched.
What it was on a day is told by the moments of its steps, and by the journal where it was interrupted.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from math import floor
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
    Model,
    Q,
    QuerySet,
    Sum,
    Value,
    When,
)
from django.db.models.fields.json import KeyTextTransform
from django.db.models.functions import Cast

from clusterxchange.access.actions import Action
from clusterxchange.access.actor import Actor
from clusterxchange.foundation.scoping import visible
from clusterxchange.parties.partnerships.models import Budget, BudgetMove, Partnership
from clusterxchange.phases.exchange_building.models import Exchange, ExchangeState
from clusterxchange.phases.finalisation.models import ActivityReport, FollowUpSurvey
from clusterxchange.phases.registration.models import Application, Decision, Participation
from clusterxchange.scheme.document import Scheme
from clusterxchange.scheme.editions import BRUSSELS
from clusterxchange.workflow import registry
from clusterxchange.workflow.models import Entry, Obligation

S = ExchangeState
UNDER_WAY = (S.RUNNING, S.INTERRUPTED)
BUDGET_PARTS = ("planned", "reserved", "committed", "paid", "free")
SECONDS_OF_A_DAY = 24 * 60 * 60
# Marks of the follow-up survey from which an exchange counts as worth the time.
WORTH_THE_TIME = 4

# Each step of an exchange, with the moment before it and its own.
STEPS: Mapping[str, tuple[str, str]] = {
    "matched": ("visitor_participation__created_at", "created_at"),
    "agreed": ("created_at", "agreed_at"),
    "ready": ("agreed_at", "ready_at"),
    "started": ("ready_at", "started_at"),
    "ended": ("started_at", "ended_at"),
    "closed": ("ended_at", "closed_at"),
}
MOMENTS: Mapping[str, str] = {step: own for step, (_before, own) in STEPS.items()}
# The cases that count for a partnership, and where it stands in each.
ROOTS: Mapping[str, tuple[type[Model], str]] = {
    "exchange": (Exchange, "visitor_partnership"),
    "application": (Application, "partnership"),
    "participation": (Participation, "partnership"),
}
# Of which of some partnerships everything of a kind is shown to whoever asks.
Shown = Callable[[str, Iterable[int]], frozenset[int]]


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
        (S.INTERRUPTED, Q(started_at__lte=until, reference__in=_standing_still(until))),
        (S.RUNNING, Q(started_at__lte=until)),
        (S.READY, Q(ready_at__lte=until)),
        (S.AGREED, Q(agreed_at__lte=until)),
    )
    whens = [When(condition, then=Value(state.value)) for state, condition in steps]
    return Case(*whens, default=Value(S.PREPARING.value), output_field=CharField())


def _standing_still(until: datetime) -> QuerySet[Entry, str]:
    """Give the references of exchanges whose latest word on a day was that they are interrupted.

    They are few and read once; looked up for each exchange by itself, they cost as much as all the rest of a count.
    """
    turns = Entry.objects.filter(
        kind="exchange", at__lte=until, action__in=(Action.INTERRUPT_EXCHANGE, Action.RESUME_EXCHANGE)
    )
    latest = turns.order_by("case", "-n").distinct("case").values("pk")
    return Entry.objects.filter(pk__in=latest, action=Action.INTERRUPT_EXCHANGE).values_list("case", flat=True)


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
    for planned in _partnerships(scope).values_list("targets", flat=True):
        for kind, number in planned.items():
            found[kind] = found.get(kind, 0) + number
    return found


def aiming_at(scope: Scope, kind: str) -> "QuerySet[Partnership]":
    """Give the partnerships that have a target for a type of visitor."""
    return _partnerships(scope).filter(targets__has_key=kind).order_by("acronym")


def _partnerships(scope: Scope) -> "QuerySet[Partnership]":
    return Partnership.objects.filter(pk__in=scope.partnerships)


def budget(scope: Scope) -> dict[str, int]:
    """Add up the budgets in cents, as they stood at the end of the day."""
    by_partnership = budgets(scope).values()
    return {part: sum(parts[part] for parts in by_partnership) for part in BUDGET_PARTS}


def budgets(scope: Scope) -> dict[int, dict[str, int]]:
    """Give the parts of each partnership's budget in cents: what stands now, without what was moved after the day."""
    rows = Budget.objects.filter(partnership__in=scope.partnerships).order_by("partnership__acronym")
    found = {one.partnership_id: {part: getattr(one, f"{part}_cents") for part in BUDGET_PARTS} for one in rows}
    if scope.is_today:
        return found
    later = BudgetMove.objects.filter(partnership__in=list(found), at__gt=scope.until)
    for owner, source, target, cents in later.values_list("partnership", "source", "target").annotate(Sum("cents")):
        for part, moved in ((target, cents), (source, -cents)):
            # What came from nowhere was planned, and what went there is planned no longer.
            found[owner][part or "planned"] -= moved if part else -moved
    return found


def held(scope: Scope, part: str) -> "QuerySet[Any]":
    """Give the exchanges for which a part of the budgets held money at the end of the day, each with its cents."""
    signed = Case(When(target=part, then=F("cents")), When(source=part, then=-F("cents")), default=0)
    moves = BudgetMove.objects.filter(partnership__in=scope.partnerships, at__lte=scope.until).order_by()
    return moves.values("case").annotate(held=Sum(signed)).exclude(held=0).order_by("-case")


@dataclass(frozen=True)
class Passed:
    """How many have reached a step, and how long it took half of them at most, in days; None where nobody has."""

    number: int
    median_days: float | None


def funnel(scope: Scope) -> dict[str, Passed]:
    """Give each step from registration to closing with how many have reached it by the day, and the median of days."""
    until = scope.until
    registered = registrations(scope).aggregate(
        submitted=Count("pk"),
        accepted=Count("pk", filter=_accepted(until)),
        days=Median(_between("first_submitted_at", "decided_at"), filter=_accepted(until)),
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
        **{step: Passed(found[step], _days(found[f"{step}_days"])) for step in STEPS},
    }


def registrations(scope: Scope, *, accepted: bool = False) -> "QuerySet[Application]":
    """Give the registrations of visitors that were submitted by the day; only those accepted by then, if wished."""
    rows = Application.objects.filter(
        partnership__in=scope.partnerships, first_submitted_at__lte=scope.until, asks_visit=True
    )
    return rows.filter(_accepted(scope.until)) if accepted else rows


def _accepted(until: datetime) -> Q:
    return Q(visit_decision=Decision.ACCEPTED, decided_at__lte=until)


def _between(before: str, after: str) -> Func:
    # Numbers are put in their order much faster than durations.
    return Func(F(after), F(before), template="extract(epoch from %(expressions)s)::float8", arg_joiner=" - ")


def _days(seconds: float | None) -> float | None:
    return None if seconds is None else to_a_tenth(seconds / SECONDS_OF_A_DAY)


def to_a_tenth(value: float) -> float:
    """Round to one place behind the point, a half upwards: 3.25 is 3.3."""
    return floor(value * 10 + 0.5) / 10


def countries(scope: Scope) -> list[tuple[str, str, int]]:
    """Count the exchanges that were not cancelled by the two countries, the most frequent pair first."""
    rows = scope.exchanges().exclude(cancelled_at__lte=scope.until).order_by()
    found = rows.values_list("from_country", "to_country").annotate(number=Count("pk"))
    return [(one, other, number) for one, other, number in found.order_by("-number", "from_country", "to_country")]


def ratings(scope: Scope, names: tuple[str, ...]) -> dict[str, tuple[float | None, int]]:
    """Give the mean and the number of what visitors and hosts have given, in reports submitted by the day."""
    rows = _reports(scope)
    means: dict[str, Any] = {}
    for name in names:
        value = Cast(KeyTextTransform(name, "ratings"), FloatField())
        means |= {name: Avg(value), f"{name}_number": Count(value)}
    found = rows.aggregate(**means)
    return {name: (found[name], found[f"{name}_number"]) for name in names}


def rated(scope: Scope, name: str) -> "QuerySet[ActivityReport]":
    """Give the reports in which something was rated."""
    return _reports(scope).filter(ratings__has_key=name).select_related("exchange__visitor_partnership").order_by("-pk")


def _reports(scope: Scope) -> "QuerySet[ActivityReport]":
    return ActivityReport.objects.filter(
        exchange__visitor_partnership__in=scope.partnerships, submitted_at__lte=scope.until
    )


def half_a_year_later(scope: Scope, outcomes: tuple[str, ...]) -> dict[str, int]:
    """Count who was asked half a year after the closing, who has answered, and how many of these said what."""
    counts = {said: Count("pk", filter=was_said) for said, was_said in _sayings(scope, outcomes).items()}
    return _surveys(scope).aggregate(**counts)


def surveys_saying(scope: Scope, said: str, outcomes: tuple[str, ...]) -> "QuerySet[FollowUpSurvey]":
    """Give the surveys of one of the things that are counted."""
    rows = _surveys(scope).filter(_sayings(scope, outcomes)[said]).select_related("exchange__visitor_partnership")
    return rows.order_by("-pk")


def sayings(scheme: Scheme) -> tuple[str, ...]:
    """Give the names of everything that surveys are counted by."""
    outcomes = (f"outcome_{code}" for code in scheme.code_lists["report_outcomes"])
    return ("answered", "asked", "worth", "in_contact", "recommends", *outcomes)


def _surveys(scope: Scope) -> "QuerySet[FollowUpSurvey]":
    return FollowUpSurvey.objects.filter(
        exchange__visitor_partnership__in=scope.partnerships, created_at__lte=scope.until
    )


def _sayings(scope: Scope, outcomes: tuple[str, ...]) -> dict[str, Q]:
    answered = Q(answered_at__lte=scope.until)
    return {
        "asked": Q(created_at__lte=scope.until),
        "answered": answered,
        "worth": answered & Q(worth__gte=WORTH_THE_TIME),
        "in_contact": answered & Q(in_contact=True),
        "recommends": answered & Q(recommends=True),
        **{f"outcome_{code}": answered & Q(outcomes__contains=code) for code in outcomes},
    }


def overdue(scope: Scope, shown: Shown) -> "QuerySet[Obligation]":
    """Give what was overdue at the end of the day in the partnerships' cases, as far as it is shown, longest first."""
    inside = Q(pk__in=())
    for root, (model, path) in ROOTS.items():
        kinds_of: dict[frozenset[int], list[str]] = {}
        for machine in registry.machines_of_root(root):
            kinds_of.setdefault(shown(machine.name, scope.partnerships), []).append(machine.name)
        for partnerships, kinds in kinds_of.items():
            cases = model._default_manager.filter(**{f"{path}__in": sorted(partnerships)}).values("pk")
            inside |= Q(root_kind=root, kind__in=kinds, root_id__in=cases)
    rows = Obligation.objects.filter(inside, is_watch=False, due_at__lte=scope.until, opened_at__lte=scope.until)
    rows = rows.filter(Q(closed_at__isnull=True) | Q(closed_at__gt=scope.until))
    return rows.select_related("organisation", "partnership").order_by("due_at", "pk")


def away(scope: Scope) -> "QuerySet[Any]":
    """Give the exchanges that were under way at the end of the day, with all that an emergency needs to know."""
    rows = scope.exchanges().filter(format="physical")
    # The state itself is quicker to look for than what it was.
    rows = rows.filter(state__in=UNDER_WAY) if scope.is_today else rows.filter(stood__in=UNDER_WAY)
    return rows.select_related(
        "commitment",
        "visiting_organisation",
        "host_organisation",
        "visitor_partnership",
        "visitor_participation__application__representative__account",
        "host_participation__application__representative__account",
    ).order_by("pk")


def disclosed(scope: Scope, exchanges: "Iterable[Exchange]", actor: Actor) -> frozenset[int]:
    """Give the participations whose person is disclosed to the actor; as of a past day none."""
    if not scope.is_today:
        return frozenset()
    sides = [pk for one in exchanges for pk in (one.visitor_participation_id, one.host_participation_id)]
    found = visible(Participation.objects.filter(pk__in=sides), "participation", actor, Action.SEE_PERSON)
    return frozenset(found.values_list("pk", flat=True))


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
