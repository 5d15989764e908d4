"""The funder's report: every realised exchange once, with its amount and what shows it."""

import io
import re
import subprocess
import zipfile
from datetime import timedelta
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from clusterxchange.foundation import clock
from clusterxchange.journeys.demonstration.story import Story
from clusterxchange.parties.organisations.models import Organisation
from tests.bring import bring_exchange_to, bring_many_exchanges_to
from tests.cast import Cast, Person

WORKBOOK, PRINTED = "/figures/realised.xlsx", "/figures/realised.pdf"


QUERIES = 17
SHEET = {"s": "http://schemas.openxmlformats.org/spreadsheetml/2006/main"}


def desk_of(person: Person) -> Client:
    client = Client()
    client.force_login(person.account)
    return client


def table_of(client: Client, query: str = "") -> list[dict[str, str]]:
    answer = client.get(WORKBOOK + query)
    assert answer.status_code == 200
    with zipfile.ZipFile(io.BytesIO(b"".join(answer.streaming_content))) as book:  # type: ignore[attr-defined]  # -- a streamed answer
        tree = ET.fromstring(book.read("xl/worksheets/sheet1.xml"))  # noqa: S314 -- a file of our own
    rows = [
        ["".join(cell.itertext()) for cell in row.findall("s:c", SHEET)] for row in tree.iterfind(".//s:row", SHEET)
    ]
    return [dict(zip(rows[0], row, strict=True)) for row in rows[1:]]


@pytest.fixture
def closed(cast: Cast) -> Story:
    story = bring_exchange_to(cast, "closed")
    clock.set_clock(story.at)
    return story


def test_a_realised_exchange_stands_there_with_its_amount_and_what_shows_it(closed: Story, cast: Cast) -> None:
    (row,) = table_of(desk_of(cast.aurel))

    payment = closed.payment
    assert row["Reference"] == closed.exchange.reference
    assert (row["Visiting organisation"], row["From"]) == (closed.exchange.visiting_organisation.legal_name, "Spain")
    assert (row["Host organisation"], row["To"]) == (closed.exchange.host_organisation.legal_name, "Portugal")
    assert (row["Visitor’s partnership"], row["Host’s partnership"]) == (cast.loom.acronym, cast.selvedge.acronym)
    assert (row["First day"], row["Last day"], row["Working days at the host"]) == ("2026-04-14", "2026-04-16", "3")
    # scheme.md, section 6: EUR 780 for Portugal; 3 days at the host, so halved: EUR 390.
    assert float(row["Amount in EUR"]) == 390
    working = row["How the amount comes about"]
    assert working == (
        "Full amount for Portugal: EUR 780.00; Halved: EUR 390.00 (3 working days at the host, fewer than 5)"
    )
    assert row["State of the payment"] == "Received"
    assert row["Paid on"] == payment.paid_on.isoformat()  # type: ignore[union-attr]  # -- it is paid
    assert row["Evidence"].count("Accepted on ") == 4
    assert row["Reports"].count("Validated on ") == 2
    assert row["SHA-256 of the signed texts"] == f"{closed.commitment.text_sha256}, {closed.agreement.text_sha256}"


def test_it_holds_what_was_closed_by_the_day_and_nothing_else(closed: Story, cast: Cast) -> None:
    edda = desk_of(cast.edda)
    day = closed.at.date()
    before = (day - timedelta(days=1)).isoformat()

    assert table_of(edda, f"?as_of={before}") == []
    assert [row["As of"] for row in table_of(edda, f"?as_of={day.isoformat()}")] == [day.isoformat()]


def test_an_exchange_that_is_only_paid_is_not_realised_yet(cast: Cast) -> None:
    clock.set_clock(bring_exchange_to(cast, "paid").at)

    assert table_of(desk_of(cast.aurel)) == []


def test_a_virtual_exchange_is_realised_without_an_amount(cast: Cast) -> None:
    clock.set_clock(bring_exchange_to(cast, "closed", format="virtual").at)

    (row,) = table_of(desk_of(cast.aurel))
    assert float(row["Amount in EUR"]) == 0
    assert row["How the amount comes about"] == "Virtual: nobody travels, so nothing is paid"


def test_a_name_that_begins_a_formula_is_only_text(closed: Story, cast: Cast) -> None:
    Organisation.objects.filter(pk=closed.exchange.visiting_organisation_id).update(legal_name="=1+1")

    (row,) = table_of(desk_of(cast.aurel))
    assert row["Visiting organisation"] == "'=1+1"


def test_the_printed_report_says_the_same(closed: Story, cast: Cast, tmp_path: Path) -> None:
    answer = desk_of(cast.edda).get(PRINTED)

    assert answer["Content-Type"] == "application/pdf"
    assert f"realised-exchanges-{closed.at.date().isoformat()}.pdf" in answer["Content-Disposition"]
    path = tmp_path / "report.pdf"
    path.write_bytes(answer.content)
    text = subprocess.run(["pdftotext", "-layout", path, "-"], capture_output=True, text=True, check=True).stdout
    said = re.sub(r"\s+", " ", text)
    for wanted in (str(closed.exchange.reference), cast.loom.acronym, "Amount: EUR 390.00", "Evidence: ", "As of "):
        assert wanted in said


@pytest.mark.parametrize("address", [WORKBOOK, PRINTED])
@pytest.mark.usefixtures("closed")
def test_only_those_who_look_over_all_get_it(cast: Cast, address: str) -> None:
    for person in (cast.ana, cast.chiara, cast.dov, cast.cosima, cast.zoe):
        assert desk_of(person).get(address).status_code == 404
    for person in (cast.edda, cast.aurel):
        assert desk_of(person).get(address).status_code == 200


@pytest.mark.parametrize("count", [1, 3])
def test_the_report_takes_as_many_queries_for_three_as_for_one(cast: Cast, count: int) -> None:
    stories = bring_many_exchanges_to(cast, "closed", count)
    clock.set_clock(max(story.at for story in stories))
    aurel = desk_of(cast.aurel)

    with CaptureQueriesContext(connection) as counted:
        assert len(table_of(aurel)) == count
    assert len(counted) == QUERIES


@pytest.mark.usefixtures("closed")
def test_the_figures_lead_to_it_where_it_is_given(cast: Cast) -> None:
    pages = [desk_of(person).get("/figures/").content.decode() for person in (cast.aurel, cast.chiara)]

    assert [WORKBOOK in page for page in pages] == [True, False]
