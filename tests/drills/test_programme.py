"""A simulated programme: nothing is forgotten, nobody is reminded twice, and each term ends on its day.

The suite lives five months with four exchanges; `LONG=1` lives two years with 600 in 13 partnerships.
"""

import os
from collections import Counter
from collections.abc import Iterator, Mapping
from datetime import date, timedelta

import pytest

from clusterxchange.phases.exchange_building.models import Exchange
from clusterxchange.workflow import obligations
from clusterxchange.workflow.models import Notice, Obligation
from tests.cast import Cast
from tests.drills.programme import AFTER_MIDNIGHT, BEGINS, MORNING, Programme, moment
from tests.drills.terms_by_hand import TERMS, reminder_days, told_on

LONG = os.environ.get("LONG") == "1"
EXCHANGES, DAYS = (
    (int(os.environ.get("EXCHANGES", "600")), 730)
    if LONG
    else (int(os.environ.get("EXCHANGES", "4")), int(os.environ.get("DAYS", "160")))
)
STANDS = frozenset(range(100, 103))
# What runs out by itself, and what people try in vain before it is time; a rule that says so is no fault.
MAY_BE_REFUSED = frozenset(
    {"travel_evidence_missing", "evidence_missing", "same_partner_asked_lately", "text_has_changed"}
)
Told = tuple[str, int, str, str]

pytestmark = [pytest.mark.django_db, pytest.mark.timeout(4 * 3600 if LONG else 900)]


def lived(seed: int, worker_stands: frozenset[int] = frozenset()) -> Programme:
    """Live a programme to its end."""
    programme = Programme(seed, EXCHANGES, DAYS, worker_stands, arrivals_within=0.65 if LONG else 0.2)
    programme.live()
    return programme


def with_a_term() -> Iterator[tuple[Obligation, str]]:
    """Give every obligation of a party whose term is in the table written by hand, with its country."""
    countries: dict[tuple[int | None, int | None], str] = {}
    for one in Obligation.objects.filter(term__in=TERMS).exclude(capacity="SYS").order_by("pk"):
        party = one.organisation_id, one.partnership_id
        if party not in countries:
            countries[party] = obligations.country_of(*party)
        yield one, countries[party]


def looked_at(day: date, stands: frozenset[int]) -> date:
    """Give the day on which the worker does what fell due on a day: later, where it stood."""
    while (day - BEGINS).days in stands:
        day += timedelta(days=1)
    return day


def ended_in_the_same_look(one: Obligation) -> bool:
    """Whether the tool ended a stay in the look in which the term was over.

    The stay ends at the host's midnight. Whether the visitor's comes before it, and others hear of the visitor as well,
    depends on the two zones; they hear of the host in any case, and of the end.
    """
    return one.term == "confirm_end" and one.closed_at is not None and one.closed_at.time() == AFTER_MIDNIGHT


def expected(programme: Programme, topic: str) -> Mapping[Told, list[date]]:
    """Work out by hand on which days the people of each obligation are told something."""
    found: dict[Told, list[date]] = {}
    today = programme.day
    for one, country in with_a_term():
        days = (
            reminder_days(one.term, one.since, country)
            if topic == "reminder"
            else [told_on(one.term, one.since, country)]
        )
        opened = programme.opened[one.pk]
        told: list[date] = []
        for day in days:
            if day is None:
                continue
            if topic == "overdue" and opened >= moment(day, AFTER_MIDNIGHT):
                # It was asked only once the term was over: others hear of it the next time that the tool looks.
                day = opened.date() + timedelta(days=1)  # noqa: PLW2901 -- the day that counts
            done = looked_at(day, programme.worker_stands)
            looked = moment(done, MORNING)
            if done >= today or (one.closed_at is not None and one.closed_at < looked and one.closed_at.date() < done):
                continue
            if topic == "reminder" and opened >= moment(day, MORNING):
                continue
            if ended_in_the_same_look(one):
                continue
            # Where the worker stood, two reminders of one obligation become one.
            if topic == "overdue" or done not in told:
                told.append(done)
        key = (one.kind, one.subject_id, one.action, one.capacity)
        found.setdefault(key, []).extend(told)
    return {key: sorted(days) for key, days in found.items() if days}


def written(topic: str) -> Mapping[Told, list[date]]:
    """Give on which days the people of each obligation were told something, each person once a day."""
    found: dict[Told, set[date]] = {}
    twice = Counter[tuple[int, str, int, str, str, date]]()
    for one in Notice.objects.filter(topic=topic):
        capacity = one.params["capacity"]
        found.setdefault((one.kind, one.subject_id, one.action, capacity), set()).add(one.at.date())
        twice[one.account_id, one.kind, one.subject_id, one.action, capacity, one.at.date()] += 1
    assert {key: count for key, count in twice.items() if count > 1} == {}
    of_terms = {
        (one.kind, one.subject_id, one.action, one.capacity)
        for one, _country in with_a_term()
        if not ended_in_the_same_look(one)
    }
    return {key: sorted(days) for key, days in found.items() if key in of_terms}


def differences(here: Mapping[Told, list[date]], there: Mapping[Told, list[date]]) -> list[str]:
    return [
        f"{key}: by hand {here.get(key, [])}, told {there.get(key, [])}"
        for key in sorted(here.keys() | there.keys())
        if here.get(key, []) != there.get(key, [])
    ]


def check(programme: Programme) -> None:
    """Hold the programme against what scheme.md says of it."""
    assert programme.orphans == []
    assert not (found := differences(expected(programme, "reminder"), written("reminder"))), "\n".join(found)
    assert not (found := differences(expected(programme, "overdue"), written("overdue"))), "\n".join(found)
    assert obligations.differences(moment(programme.day, MORNING)) == []
    assert set(programme.refused) <= MAY_BE_REFUSED, programme.refused


def test_no_case_is_forgotten_and_every_reminder_and_escalation_comes_on_its_day(cast: Cast) -> None:
    del cast
    programme = lived(seed=9)
    check(programme)
    states = Counter(Exchange.objects.values_list("state", flat=True))
    print(f"{sum(states.values())} exchanges: {dict(states)}; refused on the way: {dict(programme.refused)}")
    assert states["CLOSED"] >= 0.5 * EXCHANGES
    assert written("reminder")
    assert written("overdue")


def test_a_worker_that_stood_for_three_days_loses_nothing_and_doubles_nothing(cast: Cast) -> None:
    del cast
    check(lived(seed=9, worker_stands=STANDS))
