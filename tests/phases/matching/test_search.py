"""The search of the catalogue: a table of searches written by hand, and what else narrows the list."""

import csv
import re
from collections import Counter
from pathlib import Path
from random import Random

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils.html import escape

from clusterxchange.parties.organisations.models import Organisation
from clusterxchange.phases.matching import keeping, search
from clusterxchange.phases.matching.models import CatalogueEntry
from clusterxchange.phases.registration.models import Participation
from clusterxchange.scheme.distances import great_circle_km
from tests.bring import bring_participation
from tests.cast import Cast, Place, make_speaker, signed_in
from tests.phases.matching.conftest import Match, bring_host, make_match
from tests.phases.matching.test_pages import references_in, text_of

# Beside those for the clock of a test, which in production is the machine's.
MOST_QUERIES = 12
HERE = Path(__file__).parent / "searches"
pytestmark = pytest.mark.usefixtures("now")


def table(name: str) -> list[dict[str, str]]:
    with (HERE / name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def bring_everybody(cast: Cast) -> dict[str, str]:
    """Let each organisation of the table be accepted as a host; gives the key of each reference."""
    keys = {}
    for row in table("organisations.csv"):
        place = Place(row["country"], row["city"], "PT11", 50.0, 10.0)
        person = make_speaker(row["key"], f"{row['key'].title()} Person", row["legal_name"], place, cluster="Cluster")
        firm = person.organisation
        assert firm is not None
        firm.description, firm.keywords = row["description"], row["keywords"]
        firm.offers, firm.profile_language = row["keywords"], row["language"]
        firm.save()
        host = bring_participation(cast, person, partnership=cast.selvedge, officer=cast.dov.actor, role="host")
        Participation.objects.filter(pk=host.pk).update(shown_by_name=row["shown_by_name"] == "yes", searched_wishes="")
        keys[host.reference or ""] = row["key"]
    keeping.keep_words_and_counts()
    return keys


@pytest.mark.timeout(300)
@pytest.mark.database
def test_each_search_of_the_table_finds_what_it_must_and_nothing_that_it_must_not(cast: Cast) -> None:
    bring_participation(cast, cast.ana, partnership=cast.loom, officer=cast.chiara.actor, role="visit")
    keys = bring_everybody(cast)
    client, searches, wrong = signed_in(cast.ana), table("searches.csv"), []

    for row in searches:
        page = client.get("/matching/catalogue/", {"q": row["typed"]}, headers={"accept-language": row["language"]})
        found = {keys[reference] for reference in references_in(page.content.decode())}
        must = {key for key in row["finds"].split(",") if key}
        must_not = set(keys.values()) - must if row["misses"] == "*" else set(row["misses"].split(","))
        if must - found or must_not & found:
            wrong.append((row["typed"], "missing", must - found, "too much", must_not & found))

    assert wrong == []
    assert len(searches) >= 60
    assert len({row["language"] for row in table("organisations.csv")}) >= 24


@pytest.mark.parametrize("days", [{"first_day": "9999-12-31"}, {"last_day": "0001-01-01"}, {"first_day": "2100-01-02"}])
def test_days_on_which_nobody_is_free_find_nobody_however_far_they_are(match: Match, days: dict[str, str]) -> None:
    assert found_by(signed_in(match.cast.ana), **days) == []


def test_parts_of_words_and_mistakes_are_found_once_the_words_are_noted(match: Match) -> None:
    client = signed_in(match.cast.ana)
    assert found_by(client, q="orvalh") == [match.host.reference]
    assert found_by(client, q="valhinho") == found_by(client, q="orvahlinho") == []

    keeping.keep_words_and_counts()

    assert found_by(client, q="valhinho") == found_by(client, q="orvahlinho") == [match.host.reference]


@pytest.mark.parametrize(
    ("typed", "word", "is_one"),
    [
        ("weber", "weber", True),
        ("weber", "webber", True),
        ("webber", "weber", True),
        ("weber", "wever", True),
        ("weber", "ewber", True),
        ("weber", "webre", True),
        ("weber", "xeber", True),
        ("weber", "weberx", True),
        ("weber", "weverr", False),
        ("weber", "ewbre", False),
        ("weber", "rebew", False),
        ("ab", "ba", True),
    ],
)
def test_one_mistake_is_one_letter_or_two_neighbours_in_wrong_order(typed: str, word: str, is_one: bool) -> None:  # noqa: FBT001 -- a column of the table
    assert search.is_one_mistake_away(typed, word) is is_one


def found_by(client: Client, **asked: str | list[str]) -> list[str]:
    page = client.get("/matching/catalogue/", asked)
    assert page.status_code == 200, page.content.decode()
    return references_in(page.content.decode())


# A list that is too long to be counted is looked through in the order of names.
@pytest.mark.parametrize("counted", [1000, 0])
def test_each_filter_lets_through_who_has_one_of_its_values_and_nobody_else(
    match: Match, counted: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(search, "COUNTED_AT_MOST", counted)
    _person, other = bring_host(match.cast, "boris")
    firm = other.organisation
    firm.organisation_type, firm.country, firm.region = "cluster_organisation", "PL", "PL71"
    firm.ecosystems = ["digital"]
    firm.nace, firm.keywords, firm.latitude, firm.longitude = "6201", "Weichware, Öl", 51.7592, 19.4560
    firm.save()
    Participation.objects.filter(pk=other.pk).update(
        purposes=["explore_new_markets"], activities=["networking"], working_languages=["pl"], format="virtual",
        days_wished=12, partnership=match.cast.loom,
    )  # fmt: skip
    other.windows.update(first_day="2026-09-01", last_day="2026-10-15")
    client, host = signed_in(match.cast.ana), match.host.reference

    for name, of_other, of_host in (
        ("type", "cluster_organisation", "sme"),
        ("country", "PL", "PT"),
        ("region", "PL71", "PT11"),
        ("ecosystem", "digital", "textiles"),
        ("nace", "62", "13"),
        ("keyword", "Öl", "recycled yarn"),
        ("purpose", "explore_new_markets", "learn_from_actors"),
        ("activity", "networking", "sharing_knowledge"),
        ("language", "pl", "en"),
        ("days", "long", "short"),
        ("partnership", "LOOM", "SELVEDGE"),
    ):
        assert found_by(client, **{name: of_other}) == [other.reference], name
        assert found_by(client, **{name: of_host}) == [host], name
        assert set(found_by(client, **{name: [of_other, of_host]})) == {host, other.reference}, name
    assert found_by(client, format="physical") == [host]
    assert set(found_by(client, format="virtual")) == {host, other.reference}
    assert found_by(client, country="PL", ecosystem="textiles") == []


@pytest.mark.parametrize("counted", [1000, 0])
def test_words_days_and_distance_narrow_the_catalogue(
    match: Match, counted: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(search, "COUNTED_AT_MOST", counted)
    _person, late = bring_host(match.cast, "boris")
    late.windows.update(first_day="2026-09-01", last_day="2026-10-15")
    client, host = signed_in(match.cast.ana), match.host.reference

    assert found_by(client, first_day="2026-07-01") == [late.reference]
    assert found_by(client, last_day="2026-08-31") == [host]
    assert found_by(client, first_day="2026-06-30", last_day="2026-08-31") == [host]
    assert found_by(client, first_day="2026-10-16") == []
    # Ana is available from April to June; from Alcoi to Guimarães it is about 730 km.
    assert found_by(client, dates="shared") == [host]
    assert found_by(client, within="500") == []
    late.organisation.latitude, late.organisation.longitude = 38.9, 0.1
    late.organisation.save()
    assert found_by(client, within="200") == [late.reference]
    assert found_by(client, q="orvalhinho") == [host]
    assert set(found_by(client, within="1000")) == {host, late.reference}


def test_whoever_lies_within_a_distance_is_found_wherever_on_earth_both_are(
    match: Match, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(search, "CELLS_AT_MOST", 100_000)
    rows = CatalogueEntry.objects.filter(pk=match.host.pk)
    draw = Random(6)  # noqa: S311 -- places on a map
    near = Counter[bool]()
    for _pair in range(300):
        here = draw.uniform(-80, 80), draw.uniform(-180, 180)
        north, east = here[0] + draw.uniform(-20, 20), here[1] + draw.uniform(-60, 60)
        there = max(-90.0, min(90.0, north)), (east + 180) % 360 - 180
        away = great_circle_km(
            from_latitude=here[0], from_longitude=here[1], to_latitude=there[0], to_longitude=there[1]
        )
        Organisation.objects.filter(pk=match.host.organisation_id).update(latitude=there[0], longitude=there[1])

        # Just within, and just not.
        for kilometres, is_within in ((int(away) + 1, True), (int(away), False)):
            wanted = search.Wanted(kilometres=kilometres, position=here)
            near[search.narrowed(rows, wanted, "").exists() is is_within] += 1

    assert near == {True: 600}


def test_counts_stand_beside_the_values_and_follow_the_filters(match: Match) -> None:
    _person, other = bring_host(match.cast, "boris")
    other.organisation.country = "PL"
    other.organisation.save()
    client = signed_in(match.cast.ana)

    assert count_beside(text_of(client, "/matching/catalogue/"), "PT") == "1"
    narrowed = text_of(client, "/matching/catalogue/?ecosystem=textiles&country=PL")
    assert count_beside(narrowed, "PL") == "1"
    assert count_beside(narrowed, "physical") == "1"
    # What a filter in use leaves out has no number: it would be nought.
    assert count_beside(narrowed, "PT") == ""


def count_beside(text: str, value: str) -> str:
    found = re.search(rf'value="{value}"[^>]*><span[^>]*>[^<]*(?:<span>(\d*)</span>)?', text)
    assert found is not None, value
    return found[1] or ""


def test_a_long_catalogue_is_counted_beforehand_and_said_to_be_longer(
    match: Match, monkeypatch: pytest.MonkeyPatch
) -> None:
    for module in ("search", "catalogue"):
        monkeypatch.setattr(f"clusterxchange.phases.matching.{module}.COUNTED_AT_MOST", 1)
    for name in ("boris", "berta"):
        bring_host(match.cast, name)
    keeping.keep_words_and_counts()
    client = signed_in(match.cast.ana)

    text = text_of(client, "/matching/catalogue/")

    assert "1+ of 1+ organisations" in text
    assert count_beside(text, "PT") == "3"
    assert count_beside(text_of(client, "/matching/catalogue/?country=PT"), "PT") == ""


@pytest.mark.parametrize(
    ("asked", "sentence"),
    [
        ({"q": "x" * 10_000}, "Write at most 100 characters, for example one or two words."),
        ({"q": "!!! ??? ***"}, "Write a word or a number. Signs alone find nothing."),
        ({"q": "\u0000"}, ""),
        ({"first_day": "tomorrow"}, "Write the day as year, month and day, for example 2026-04-20."),
        ({"first_day": "2026-05-02", "last_day": "2026-05-01"}, "Choose a day after the first one."),
        ({"after": "anything"}, "The mark of this page is not one of ours. Here is the first page."),
        ({"after": "WyJ6IiwgMV0:forged"}, "The mark of this page is not one of ours. Here is the first page."),
    ],
)
def test_what_cannot_be_understood_is_said_at_its_place(match: Match, asked: dict[str, str], sentence: str) -> None:
    page = signed_in(match.cast.ana).get("/matching/catalogue/", asked)

    text = page.content.decode()
    assert page.status_code == 422
    assert escape(sentence) in text
    assert "data-error=" in text
    assert "<title>Error:" in text
    assert references_in(text) == [match.host.reference]


@pytest.mark.parametrize(
    "typed",
    [
        "'; drop table matching_catalogueentry; --",
        "a & | ! <-> b:*",
        "' OR ''=''",
        "weaving:*A | !x",
        "\\'\\\\",
        "%_%",
        "a\u0301\u0301 b",
        "🧵 ½ ﬁ",
        "x" * 100,
        "select(1) or pg_sleep(9)",
    ],
)
def test_signs_of_query_languages_are_words_or_nothing(match: Match, typed: str) -> None:
    page = signed_in(match.cast.ana).get("/matching/catalogue/", {"q": typed})

    assert page.status_code in {200, 422}
    assert references_in(page.content.decode()) in ([], [match.host.reference])
    assert found_by(signed_in(match.cast.ana)) == [match.host.reference]


def test_a_value_that_no_list_offers_is_left_out_and_told(match: Match) -> None:
    client = signed_in(match.cast.ana)

    text = text_of(client, "/matching/catalogue/?country=XX&purpose=%27&within=12&nace=0")

    assert "The address asks for a filter that does not exist. It was left out." in text
    assert references_in(text) == [match.host.reference]
    # Regions, keywords and partnerships are whatever the catalogue has; nobody has these.
    nobody = text_of(client, "/matching/catalogue/?region=XX99&partnership=%00&keyword=" + "y" * 99)
    assert "No organisation has all of this" in nobody


@pytest.mark.timeout(300)
def test_a_page_of_25_asks_no_more_of_the_database_than_one_of_3_or_1_and_at_most_12_times(cast: Cast) -> None:
    make_match(cast)
    client, rows = signed_in(cast.ana), 1
    text_of(client, "/matching/catalogue/")  # the first page of a day notes that somebody is there
    plain: list[int] = []
    narrowed: list[int] = []
    for wanted in (1, 3, 25):
        for number in range(rows, wanted):
            bring_host(cast, f"host{number:02d}")
        rows = wanted
        keeping.keep_words_and_counts()
        for address, numbers, shown in (
            ("/matching/catalogue/", plain, wanted),
            ("/matching/catalogue/?q=guimaraes+yarrn&country=PT&dates=shared", narrowed, 1),
        ):
            with CaptureQueriesContext(connection) as asked:
                text = text_of(client, address)
            assert len(references_in(text)) == shown
            numbers.append(sum("foundation_clocksetting" not in one["sql"] for one in asked))

    assert len(set(plain)) == len(set(narrowed)) == 1
    assert max(*plain, *narrowed) <= MOST_QUERIES
