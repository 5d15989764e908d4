"""The figures against SQL written by hand from scheme.md, over all that the demonstration has done."""

import csv
from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from django.db import connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext
from pytest_django import DjangoDbBlocker

from clusterxchange.foundation import clock
from clusterxchange.journeys.demonstration.cases import EXCHANGES
from clusterxchange.journeys.demonstration.install import install
from clusterxchange.parties.accounts.models import Account
from clusterxchange.parties.partnerships.models import Partnership
from tests.independent.figures_in_sql import (
    BY_STATE,
    OF_NOW,
    STATE_WORDS,
    STEPS,
    TYPE_WORDS,
    asked,
    counted,
    differences,
    rows_of,
    shown,
)
from tests.planner import count_rows_for_the_planner

BRUSSELS = ZoneInfo("Europe/Brussels")
# Late on the day on which the stay of the exchange that is under way has ended: reports are open, others are closed.
NOW = datetime(2026, 3, 24, 18, 0, tzinfo=BRUSSELS)
EARLIER = "2026-02-20"
END_OF_EARLIER = datetime(2026, 2, 21, 0, 0, tzinfo=BRUSSELS)
TARGETS = {"sme": 25, "cluster_organisation": 5, "scaling_up_support": 10}


@pytest.fixture(scope="module")
def played(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[None]:  # noqa: ARG001 -- makes the database
    """Make the demonstration once, let some of its exchanges go on, and leave nothing behind."""
    with django_db_blocker.unblock(), transaction.atomic():
        install()
        Partnership.objects.filter(slug="clamtex").update(targets=TARGETS)
        clock.set_clock(NOW)
        count_rows_for_the_planner()
        yield
        transaction.set_rollback(True)


pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("played"), pytest.mark.timeout(900)]


def browser_of(email: str) -> Client:
    client = Client()
    client.force_login(Account.objects.get(email=f"{email}@demo.example"))
    return client


@pytest.mark.parametrize("chosen", [{}, {"as_of": EARLIER}, {"partnership": "clamtex"}], ids=["all", "earlier", "one"])
def test_every_figure_is_what_sql_counts(chosen: Mapping[str, str]) -> None:
    until = END_OF_EARLIER if "as_of" in chosen else NOW

    found = counted(until, chosen.get("partnership", ""))

    left_out = OF_NOW if "as_of" in chosen else frozenset()
    assert not (apart := differences(shown(browser_of("support"), **chosen), found, left_out)), "\n".join(apart)


def test_the_world_has_something_of_everything() -> None:
    found = counted(NOW)

    assert {"PREPARING", "AGREED", "READY", "RUNNING", "ENDED", "CLOSED"} <= {row[0] for row in asked(BY_STATE, NOW)}
    assert len(asked(STEPS, NOW)) == 5
    assert asked(BY_STATE, NOW) != asked(BY_STATE, END_OF_EARLIER)
    assert all(found["budget"].values())
    assert found["away"]
    assert found["overdue"] > 0
    assert found["targets"][TYPE_WORDS["sme"]][0] == TARGETS["sme"]
    assert len(EXCHANGES) > 10


# What stands between numbers and is none of things: a mean, or a median of days.
MEASURES = ("Mean", "Median of days since the step before")


@pytest.mark.parametrize("email", ["support", "visitor.coordinator"])
@pytest.mark.parametrize("query", ["", f"?as_of={EARLIER}"])
def test_every_number_opens_a_list_of_as_much(email: str, query: str) -> None:
    browser, opened = browser_of(email), 0

    for address in ("/figures/", "/figures/countries/", "/figures/ratings/"):
        for table in browser.get(f"{address}{query}").context["tables"]:
            for label, cells in table.rows:
                for column, cell in zip(table.header[1:], cells, strict=True):
                    # How many said what half a year later is no partnership's to open.
                    is_kept = table.id == "half-a-year-later" and email != "support"
                    if not cell.value or column in MEASURES or is_kept:
                        assert not cell.url
                        continue
                    assert cell.url, (table.id, label, column)
                    opened += 1
                    assert total_of(browser, cell.url) == pytest.approx(cell.value), cell.url
                    assert rows_of_file(browser, cell.url) == len_of(browser, cell.url)
    assert opened > 8


def total_of(browser: Client, url: str) -> float:
    """Give what a list comes to: the sum of its own, read from its file, or the number of its rows."""
    page: Any = browser.get(url)
    behind = page.context.get("behind")
    if behind is None or behind.total is None:
        return float(page.context["page"].paginator.count)
    return sum(float(line[-1]) for line in lines_of(browser, url))


def len_of(browser: Client, url: str) -> int:
    return int(browser.get(url).context["page"].paginator.count)


def rows_of_file(browser: Client, url: str) -> int:
    return len(lines_of(browser, url))


def lines_of(browser: Client, url: str) -> list[list[str]]:
    """Read the file of a list, without its header."""
    path, _mark, query = url.partition("?")
    listed: Any = browser.get(f"{path.rstrip('/')}.csv?{query}")
    return list(csv.reader(b"".join(listed.streaming_content).decode("utf-8-sig").splitlines()))[1:]


def test_the_sum_of_all_partnerships_is_the_whole_scheme() -> None:
    support = browser_of("support")
    slugs = Partnership.objects.filter(edition__code="demonstration").values_list("slug", flat=True)

    parts = [rows_of(support.get(f"/figures/?partnership={slug}"), "states")["All"][0] for slug in slugs]

    [(number,)] = asked("select count(*) from exchange_building_exchange", NOW)
    assert sum(parts) == rows_of(support.get("/figures/"), "states")["All"][0] == number


def test_files_hold_the_same_numbers() -> None:
    support = browser_of("support")

    listed: Any = support.get("/figures/figures.csv")
    text = b"".join(listed.streaming_content).decode()
    for state, number in asked(BY_STATE, NOW):
        assert f"Exchanges by state,{STATE_WORDS[state]},Exchanges,{number}\r\n" in text
    assert support.get("/figures/figures.pdf").content.startswith(b"%PDF")
    assert support.get("/figures/figures.xlsx")["content-type"].endswith("sheet")


def test_a_filter_that_does_not_exist_any_more_is_said_and_left_out() -> None:
    support = browser_of("support")

    for address, said in (
        ("/figures/?partnership=gone", "There is no partnership “gone” here"),
        ("/figures/?as_of=soon", "“soon” is no day"),
        ("/figures/?as_of=2031-01-01", "That day has not come yet"),
        ("/figures/?edition=fourth", "There is no edition “fourth”"),
        ("/figures/exchanges/?state=LOST", "The filter “state: LOST” does not exist any more"),
        ("/figures/exchanges/?step=flown&from=QQ", "The filter “from: QQ” does not exist any more"),
    ):
        page = support.get(address)
        assert page.status_code == 200
        assert said in page.content.decode(), address


def test_a_partnership_sees_its_own_numbers_alone_and_others_none() -> None:
    coordinator = browser_of("visitor.coordinator")

    shown = rows_of(coordinator.get("/figures/?partnership=blues"), "states")
    assert shown["All"][0] == sum(number for _state, number in asked(BY_STATE, NOW, "clamtex"))
    for email in ("visitor", "host", "newcomer", "stranger"):
        assert browser_of(email).get("/figures/").status_code == 404
    assert Client().get("/figures/").status_code == 302
    assert browser_of("agency").get("/figures/away/").status_code == 200


def test_the_page_asks_as_often_for_many_exchanges_as_for_few(django_assert_num_queries: Any) -> None:  # noqa: ANN401 -- a fixture
    support = browser_of("support")
    support.get("/figures/")
    with django_assert_num_queries(len(queries_of(support, "/figures/?partnership=blues"))):
        support.get("/figures/")


def queries_of(client: Client, address: str) -> list[Any]:
    with CaptureQueriesContext(connection) as counted:
        client.get(address)
    return list(counted.captured_queries)
