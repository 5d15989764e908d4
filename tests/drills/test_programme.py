"""A simulated programme: nothing is forgotten, nobody reminded twice, each term ends on its day, figures are right.

The suite lives with a few exchanges, and looks on until the last of the longest terms is over; on three days the worker
stands. `LONG=1` lives two years with 600 in 13 partnerships: once with the worker at work, once with these three days.
"""

import os
from collections import Counter
from collections.abc import Iterator, Mapping
from datetime import date, datetime, time, timedelta

import pytest

from clusterxchange.foundation import clock
from clusterxchange.phases.exchange_building.models import Exchange
from clusterxchange.phases.finalisation.models import FollowUpSurvey
from clusterxchange.workflow import obligations
from clusterxchange.workflow.models import Notice, Obligation
from tests.cast import Cast, signed_in
from tests.drills.programme import (
    AFTER_MIDNIGHT,
    BEGINS,
    BRUSSELS,
    MORNING,
    OBJECTION_DAYS,
    Programme,
    asked_of_nobody,
    moment,
)
from tests.drills.terms_by_hand import BY_ITSELF, TERMS, last_day, months_on, reminder_days, told_on
from tests.independent.figures_in_sql import counted, differences, shown
from tests.planner import count_rows_for_the_planner

LONG = os.environ.get("LONG") == "1"
EXCHANGES, DAYS = (
    (int(os.environ.get("EXCHANGES", "600")), 730)
    if LONG
    else (int(os.environ.get("EXCHANGES", "2")), int(os.environ.get("DAYS", "400")))
)
STANDS = frozenset(range(100, 103))
# Days whose figures are counted when they are lived, and asked for once all is over.
FIGURES_ON = frozenset(range(30, DAYS, DAYS // 8))
# What runs out by itself, and what people try in vain before it is time; a rule that says so is no fault.
MAY_BE_REFUSED = frozenset(
    {"travel_evidence_missing", "evidence_missing", "same_partner_asked_lately", "text_has_changed"}
)
# Objections and surveys are asked of nobody by an obligation; the tests of their own look at them.
WITHOUT_A_TURN = frozenset({"objection", "follow_up_survey"})
# With few exchanges nobody happens to be so late with these.
SELDOM_OVER = frozenset(
    {
        "validation", "financial_agreement", "confirm_start", "confirm_end", "report", "report_validation", "payment",
    }
)  # fmt: skip
Told = tuple[str, int, str, str]

pytestmark = [pytest.mark.django_db, pytest.mark.timeout(4 * 3600 if LONG else 900)]


def lived(seed: int, worker_stands: frozenset[int] = frozenset()) -> Programme:
    """Live a programme to its end."""
    programme = Programme(
        seed, EXCHANGES, DAYS, worker_stands, arrivals_within=0.65 if LONG else 0.08, figures_on=FIGURES_ON
    )
    programme.live()
    count_rows_for_the_planner()
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
    found: dict[Told, set[date]] = {}
    for one, country in with_a_term():
        if ended_in_the_same_look(one):
            continue
        spans = programme.spans[one.pk]
        ends = [noted for _since, noted in spans[1:]] + [one.closed_at]
        for (since, noted), ended in zip(spans, ends, strict=True):
            days = reminder_days(one.term, since, country)
            if topic == "overdue":
                over = told_on(one.term, since, country)
                days = [over] if over is not None else []
            # Two reminders of the same thing on one day are one, whether the worker stood or two terms meet.
            key = (one.kind, one.subject_id, one.action, one.capacity)
            found.setdefault(key, set()).update(told_within(programme, topic, days, noted, ended))
    return {key: sorted(days) for key, days in found.items() if days}


def told_within(
    programme: Programme, topic: str, days: list[date], noted: datetime, ended: datetime | None
) -> Iterator[date]:
    """Give those of the days on which somebody is told, while an obligation counts from one moment."""
    for wanted in days:
        day = wanted
        if topic == "overdue" and noted >= moment(day, AFTER_MIDNIGHT):
            # It was asked only once the term was over: others hear of it the next time that the tool looks.
            day = noted.date() + timedelta(days=1)
        done = looked_at(day, programme.worker_stands)
        is_past = ended is not None and ended < moment(done, MORNING) and ended.date() < done
        is_too_early = topic == "reminder" and noted >= moment(day, MORNING)
        if done < programme.day and not is_past and not is_too_early:
            yield done


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


def apart(here: Mapping[Told, list[date]], there: Mapping[Told, list[date]]) -> list[str]:
    return [
        f"{key}: by hand {here.get(key, [])}, told {there.get(key, [])}"
        for key in sorted(here.keys() | there.keys())
        if here.get(key, []) != there.get(key, [])
    ]


def not_by_itself(programme: Programme) -> list[str]:
    """Give every term at whose end the tool should have acted, and has not, or on another day."""
    wrong = []
    hosts = dict(Exchange.objects.values_list("pk", "host_organisation__country"))
    for one in Obligation.objects.filter(term__in=BY_ITSELF, capacity="SYS"):
        # Holidays count for the end of a stay alone, and there those of the host.
        country = hosts[one.root_id] if one.term == "confirm_end" else "BE"
        over = last_day(one.term, one.since, country) + timedelta(days=1)
        noted = programme.spans[one.pk][-1][1]
        if noted >= moment(over, AFTER_MIDNIGHT):
            # It was begun only once its term was over: the tool acts the next time that it looks.
            over = noted.date() + timedelta(days=1)
        done = looked_at(over, programme.worker_stands)
        closed = one.closed_at
        if closed is not None and closed.time() == AFTER_MIDNIGHT:
            is_right = closed.date() == done
        else:
            is_right = done >= programme.day if closed is None else closed.date() < done
        if not is_right:
            wrong.append(f"{one} from {one.since}: by hand {done}, done {closed}")
    return wrong


def surveys_not_on_their_day(programme: Programme) -> list[str]:
    """Give every closed exchange whose two sides were not asked half a year later, once each."""
    wrong = []
    for exchange in Exchange.objects.filter(state="CLOSED"):
        assert exchange.closed_at is not None
        day = looked_at(months_on(exchange.closed_at.date(), 6) + timedelta(days=1), programme.worker_stands)
        asked = FollowUpSurvey.objects.filter(exchange=exchange).order_by("side").values_list("side", "created_at")
        expected_ones = [("H", day), ("V", day)] if day < programme.day else []
        if [(side, at.date()) for side, at in asked] != expected_ones:
            wrong.append(f"{exchange}: by hand {expected_ones}, asked {list(asked)}")
    return wrong


def figures_apart(programme: Programme, cast: Cast) -> list[str]:
    """Compare the pages with SQL: as of each day that was counted when it was lived, and each partnership's today."""
    last = programme.day - timedelta(days=1)
    clock.set_clock(moment(last, time(20)))
    browser = signed_in(cast.edda)
    wrong = []
    for day, found in programme.figures.items():
        wrong += [f"{day}: {one}" for one in differences(shown(browser, as_of=day.isoformat()), found)]
    slugs = Exchange.objects.values_list("visitor_partnership__slug", flat=True).distinct()
    for slug in ["", *sorted(slugs)]:
        found = counted(datetime.combine(programme.day, time.min, BRUSSELS), slug)
        wrong += [f"{slug}: {one}" for one in differences(shown(browser, partnership=slug), found)]
    return wrong


def check(programme: Programme, cast: Cast) -> None:
    """Hold the programme against what scheme.md says of it."""
    assert programme.orphans == []
    assert asked_of_nobody() == []
    assert not (found := apart(expected(programme, "reminder"), written("reminder"))), "\n".join(found)
    assert not (found := apart(expected(programme, "overdue"), written("overdue"))), "\n".join(found)
    assert not (found := not_by_itself(programme)), "\n".join(found)
    assert not (found := surveys_not_on_their_day(programme)), "\n".join(found)
    assert obligations.differences(moment(programme.day, MORNING)) == []
    assert set(programme.refused) <= MAY_BE_REFUSED, programme.refused
    for refused_on, tried_on, against in programme.objections:
        is_late = tried_on > refused_on + timedelta(days=OBJECTION_DAYS)
        assert against == ("objection_too_late" if is_late else "")
    assert not (found := figures_apart(programme, cast)), "\n".join(found)


def test_no_case_is_forgotten_and_every_reminder_and_escalation_comes_on_its_day(cast: Cast) -> None:
    programme = lived(seed=9, worker_stands=frozenset() if LONG else STANDS)
    check(programme, cast)
    states = Counter(Exchange.objects.values_list("state", flat=True))
    print(f"{sum(states.values())} exchanges: {dict(states)}; refused on the way: {dict(programme.refused)}")
    assert states["CLOSED"] >= 0.5 * EXCHANGES
    # Every term of the table has run, and those of which others hear have been over.
    run = set(Obligation.objects.values_list("term", flat=True))
    assert run >= TERMS.keys() - WITHOUT_A_TURN
    assert FollowUpSurvey.objects.exists()
    assert {against for _refused_on, _tried_on, against in programme.objections} == {"", "objection_too_late"}
    over = Obligation.objects.exclude(capacity="SYS").filter(escalated_at__isnull=False)
    never_over = {name for name, term in TERMS.items() if term.tells} - set(over.values_list("term", flat=True))
    assert never_over <= (frozenset() if LONG else SELDOM_OVER)


@pytest.mark.skipif(not LONG, reason="the short form lives one programme, in which the worker stands")
def test_a_worker_that_stood_for_three_days_loses_nothing_and_doubles_nothing(cast: Cast) -> None:
    check(lived(seed=9, worker_stands=STANDS), cast)
