"""What `make bench` loads and judges: organisations as real operations leave them, and figures against their goals."""

import pytest
from django.db import connection

from benchmarks.pages.loading import load
from benchmarks.pages.measuring import Figures, measured, pages_behind
from benchmarks.pages.organisations import Generator
from benchmarks.pages.questions import questions
from benchmarks.pages.run import LIST, SEARCHES, goals_of
from clusterxchange.foundation import clock
from clusterxchange.phases.matching.models import CatalogueEntry, CatalogueWord
from clusterxchange.phases.registration.models import Participation
from clusterxchange.scheme.current import scheme_of_edition
from tests.bring import bring_participation
from tests.cast import MONDAY, Cast, signed_in

CATALOGUE = "/matching/catalogue/"


@pytest.fixture
def generator(cast: Cast) -> Generator:
    clock.set_clock(MONDAY)
    return Generator(scheme_of_edition(cast.edition.pk, MONDAY))


def test_the_same_organisations_are_invented_in_each_run(cast: Cast, generator: Generator) -> None:
    again = Generator(scheme_of_edition(cast.edition.pk, MONDAY))

    assert list(generator.rows(5, first=1)) == list(again.rows(5, first=1))


def test_loaded_organisations_stand_in_the_catalogue_as_if_they_had_been_accepted(
    cast: Cast, generator: Generator
) -> None:
    bring_participation(cast, cast.ana, partnership=cast.loom, officer=cast.chiara.actor, role="visit")
    pattern = bring_participation(cast, cast.bram, partnership=cast.selvedge, officer=cast.dov.actor, role="host")

    load(generator.rows(40, first=1), pattern)

    assert Participation.objects.filter(role="host", reference__startswith="PAR-2026-").count() == 41
    loaded = CatalogueEntry.objects.exclude(pk=pattern.pk)
    columns = ("words", "facets", "windows", "shown_name", "is_listed")
    written = {row[0]: row[1:] for row in loaded.values_list("pk", *columns)}
    with connection.cursor() as cursor:
        # Any change of a row lets the triggers write its entry; it has to be the one that was loaded.
        cursor.execute("update registration_participation set days_wished = days_wished + 100")
        cursor.execute("update registration_participation set days_wished = days_wished - 100")
    assert {row[0]: row[1:] for row in loaded.values_list("pk", *columns)} == written
    assert CatalogueWord.objects.count() > 500
    client = signed_in(cast.ana)
    assert len(pages_behind(client, CATALOGUE, 9)) == 1
    asked = questions(generator.words, ["PT"], scheme_of_edition(cast.edition.pk, MONDAY).code_lists)
    assert measured(client, [next(asked) for _kind in range(20)]).queries <= 12


def test_a_figure_that_misses_its_goal_is_told() -> None:
    quick, slow = Figures([1.0] * 100, 11), Figures([1.0] * 94 + [70.0] * 6, 13)
    kinds = ("empty view", "desk", "catalogue, unfiltered", SEARCHES, "best matches", LIST)
    small = dict.fromkeys(kinds, quick)

    met = goals_of({1_000: small, 100_000: small})
    missed = goals_of({1_000: small, 100_000: {**small, SEARCHES: slow}})

    assert all(goal.is_met for goal in met)
    assert [goal.name for goal in missed if not goal.is_met] == [
        "queries of a catalogue page at 100,000",
        "catalogue, p95 at 100,000",
    ]


def test_times_are_read_where_so_many_answers_have_come() -> None:
    figures = Figures([float(number) for number in range(1, 101)], 0)

    assert (figures.p50, figures.p95, figures.mean) == (51.0, 96.0, 50.5)
