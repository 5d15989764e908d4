"""The whole measurement: a demonstration, more and more organisations in it, and what pages take at each size."""

import sys
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import islice

from django.conf import settings
from django.core.management import call_command
from django.test import Client

from benchmarks.pages.loading import load, tidy_up
from benchmarks.pages.measuring import Figures, measured, pages_behind
from benchmarks.pages.organisations import Generator
from benchmarks.pages.questions import CATALOGUE, questions
from benchmarks.pages.urls import EMPTY
from clusterxchange.foundation import clock
from clusterxchange.foundation.garbage import collect_seldom
from clusterxchange.journeys.demonstration.install import install
from clusterxchange.phases.matching import queries, ranking
from clusterxchange.phases.registration.models import Participation, ParticipationState
from clusterxchange.scheme.current import scheme_of_edition
from clusterxchange.scheme.document import Scheme

VISITOR = "visitor@demo.example"
BEST = "/matching/best/"
DESK = "/desk/"
PAGES_FOLLOWED = 20
LIGHT_REQUESTS = 100
LISTS_MEASURED = 40
FIRST_PAGE = 25
SEARCHES, LIST = "catalogue, searches", "one list, in process"
# What is asked: docs/explanation/speed.md.
LARGEST_JUDGED = 100_000
MOST_QUERIES, CATALOGUE_P95, GROWTH = 12, 60.0, 2.0
DESK_AGAINST_EMPTY, CATALOGUE_AGAINST_EMPTY = 12.0, 15.0
LIST_P95 = {10_000: 3.0, 100_000: 12.0}


@dataclass(frozen=True)
class Goal:
    """A figure, what it may be at most, and whether it is held."""

    name: str
    value: float
    at_most: float
    unit: str

    @property
    def is_met(self) -> bool:
        """Whether the figure is within what is asked."""
        return self.value <= self.at_most

    def __str__(self) -> str:
        """Write the figure beside its goal."""
        verdict = "met" if self.is_met else "MISSED"
        return f"{verdict:6}  {self.name}: {self.value:,.2f}{self.unit} (at most {self.at_most:,.2f}{self.unit})"


def tell(text: str = "") -> None:
    """Print a line at once, so that a long run can be followed."""
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()


def run(sizes: Sequence[int], requests: int) -> int:
    """Measure each size and judge; 1 where a figure is missed."""
    settings.ROOT_URLCONF = "benchmarks.pages.urls"
    call_command("migrate", verbosity=0)
    clock.start_demonstration_clock()
    install()
    client = Client(SERVER_NAME="127.0.0.1", headers={"accept-language": "en"})
    collect_seldom()  # as the web server does
    asker = _asker(client)
    scheme = scheme_of_edition(asker.edition_id, clock.now())
    generator, loaded = Generator(scheme), 0
    found: dict[int, dict[str, Figures]] = {}
    for size in sizes:
        began = time.monotonic()
        load(generator.rows(size - loaded, first=loaded + 1), _pattern(asker))
        tidy_up()
        loaded = size
        tell(f"{size:,} organisations, loaded in {time.monotonic() - began:,.0f} s")
        found[size] = _measure(client, asker, generator, requests)
        for name, figures in found[size].items():
            tell(
                f"  {name:34} p50 {figures.p50:8.1f} ms   p95 {figures.p95:8.1f} ms   "
                f"{1000 / figures.mean:8.1f} a second   {figures.queries:3} queries"
            )
        tell()
    goals = goals_of(found)
    for goal in goals:
        tell(str(goal))
    return 0 if all(goal.is_met for goal in goals) else 1


def _asker(client: Client) -> Participation:
    rows = Participation.objects.filter(state=ParticipationState.ACTIVE, role="visit")
    asker = rows.select_related("organisation").order_by("pk").first()
    if asker is None:
        raise LookupError("The demonstration has nobody who looks for a host")
    client.force_login(asker.organisation.representatives.get().account)
    return asker


def _pattern(asker: Participation) -> Participation:
    hosts = Participation.objects.filter(edition=asker.edition_id, role="host", state=ParticipationState.ACTIVE)
    return hosts.select_related("organisation", "application").order_by("pk")[0]


def _measure(client: Client, asker: Participation, generator: Generator, requests: int) -> dict[str, Figures]:
    scheme = scheme_of_edition(asker.edition_id, clock.now())
    countries = [code for code, country in scheme.countries.items() if country.participates]
    asked = list(islice(questions(generator.words, countries, scheme.code_lists), requests))
    return {
        "empty view": measured(client, [EMPTY] * LIGHT_REQUESTS),
        "desk": measured(client, [DESK] * LIGHT_REQUESTS),
        "catalogue, unfiltered": measured(client, [CATALOGUE] * LIGHT_REQUESTS),
        "catalogue, further pages": measured(client, pages_behind(client, CATALOGUE, PAGES_FOLLOWED)),
        SEARCHES: measured(client, asked),
        "best matches": measured(client, [BEST] * LISTS_MEASURED),
        LIST: _lists(asker, scheme),
    }


def _lists(asker: Participation, scheme: Scheme) -> Figures:
    """Measure one list with the reasons of its first page, once everybody is known to the process."""
    found = ranking.field_of(asker.edition_id, queries.OTHER_ROLE[asker.role], scheme)
    participant, times = queries.participant_of(asker), []
    for _number in range(LISTS_MEASURED):
        began = time.perf_counter()
        ranking.BestList(participant, found, scheme)[:FIRST_PAGE]
        times.append((time.perf_counter() - began) * 1000)
    return Figures(times, 0)


def goals_of(found: Mapping[int, Mapping[str, Figures]]) -> list[Goal]:
    """Give every figure that is judged, of the sizes that were measured; a million is only printed."""
    goals: list[Goal] = []
    for size, figures in found.items():
        if size > LARGEST_JUDGED:
            continue
        searches, empty = figures[SEARCHES], figures["empty view"]
        goals.append(Goal(f"queries of a catalogue page at {size:,}", searches.queries, MOST_QUERIES, ""))
        if size == LARGEST_JUDGED:
            goals.append(Goal(f"catalogue, p95 at {size:,}", searches.p95, CATALOGUE_P95, " ms"))
        if size in LIST_P95:
            goals.append(Goal(f"one list in process, p95 at {size:,}", figures[LIST].p95, LIST_P95[size], " ms"))
        if size == min(found):
            goals.append(
                Goal("desk against an empty view", figures["desk"].mean / empty.mean, DESK_AGAINST_EMPTY, " x")
            )
            plain = figures["catalogue, unfiltered"].mean / empty.mean
            goals.append(Goal("catalogue against an empty view", plain, CATALOGUE_AGAINST_EMPTY, " x"))
    judged = [size for size in found if size <= LARGEST_JUDGED]
    if len(judged) > 1:
        first, last = found[min(judged)], found[max(judged)]
        for name in (SEARCHES, "catalogue, unfiltered", "best matches"):
            growth = last[name].p50 / first[name].p50
            goals.append(Goal(f"growth of {name}, {min(judged):,} to {max(judged):,}", growth, GROWTH, " x"))
    return goals
