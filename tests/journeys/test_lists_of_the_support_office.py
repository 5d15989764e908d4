"""Lists over the whole scheme: each number of the overview opens its list, and each list is taken away as a file."""

import csv
from datetime import timedelta
from typing import Any

import pytest

from clusterxchange.foundation import clock
from clusterxchange.phases.finalisation import operations as finalisation
from tests.bring import bring_application_to, bring_exchange_to
from tests.cast import Cast, Person, signed_in

pytestmark = pytest.mark.django_db
SEARCH = "/support/search/"


def file_at(person: Person, address: str) -> list[list[str]]:
    answer: Any = signed_in(person).get(address)
    assert answer.status_code == 200, address
    return list(csv.reader(b"".join(answer.streaming_content).decode("utf-8-sig").splitlines()))


@pytest.mark.database
def test_every_number_of_the_overview_opens_a_list_of_as_much(cast: Cast) -> None:
    story = bring_exchange_to(cast, "matched")
    bring_application_to(cast, cast.zoe, "submitted", partnership=cast.loom, officer=cast.chiara.actor)
    clock.set_clock(story.at)

    for person in (cast.edda, cast.aurel):
        page: Any = signed_in(person).get("/support/")
        found = [(label, number, url) for _title, rows in page.context["counts"] for label, number, url in rows]
        assert [(label, number) for label, number, _url in found] == [
            ("Submitted", 1),
            ("Accepted", 2),
            ("In preparation", 1),
        ]
        for label, number, url in found:
            assert f'<a href="{url.replace("&", "&amp;")}">{number}<span' in page.content.decode()
            listed: Any = signed_in(person).get(url)
            assert listed.context["page"].paginator.count == number
            assert {row.kind for row in listed.context["rows"]} == {label}
            assert len(file_at(person, f"{url}&as=csv")) == number + 1


def test_a_state_that_there_is_not_is_left_out_and_said(cast: Cast) -> None:
    bring_application_to(cast, cast.ana, "submitted", partnership=cast.loom, officer=cast.chiara.actor)

    page: Any = signed_in(cast.edda).get(SEARCH, {"kind": "applications", "state": "LOST"})

    assert "The filter “state: LOST” does not exist any more; it is left out." in page.content.decode()
    assert page.context["page"].paginator.count == 1


def test_one_kind_of_a_search_is_taken_away_with_the_words_on_screen(cast: Cast) -> None:
    story = bring_exchange_to(cast, "matched")
    clock.set_clock(story.at)

    for kind, rows in (
        ("organisations", [["Organisation", "Place", "Reference"], ["Teixits Almarge, S.L.", "Alcoi, Spain"]]),
        ("people", [["Name", "Acts for", "E-mail address"]]),
        ("exchanges", [["Case", "State", "Reference"]]),
    ):
        address = f"{SEARCH}?q=almarge&kind={kind}"
        page = signed_in(cast.edda).get(address).content.decode()
        found = file_at(cast.edda, f"{address}&as=csv")
        assert [line[: len(row)] for line, row in zip(found, rows, strict=False)] == rows
        assert (len(found) > 1) == (f'href="?q=almarge&amp;kind={kind}&amp;as=csv"' in page)
    assert signed_in(cast.edda).get(f"{SEARCH}?q=almarge&kind=exchanges&as=xlsx").status_code == 200
    assert signed_in(cast.edda).get(f"{SEARCH}?q=almarge&kind=exchanges&as=odt").status_code == 404


def test_people_are_taken_away_as_a_file_by_the_support_office_alone(cast: Cast) -> None:
    address = "/support/people/?q=sorribes"

    assert 'href="?q=sorribes&amp;as=xlsx"' in signed_in(cast.edda).get(address).content.decode()
    assert file_at(cast.edda, f"{address}&as=csv") == [
        ["Name", "E-mail address", "Acts for"],
        ["Ana Sorribes", "ana@cast.example", "Teixits Almarge, S.L."],
    ]
    for person in (cast.aurel, cast.chiara, cast.ana):
        assert signed_in(person).get(f"{address}&as=csv").status_code == 404


def test_partnerships_are_taken_away_with_what_is_open_with_each(cast: Cast) -> None:
    bring_application_to(cast, cast.ana, "submitted", partnership=cast.loom, officer=cast.chiara.actor)

    assert 'href="?as=csv"' in signed_in(cast.edda).get("/support/partnerships/").content.decode()
    header, *rows = file_at(cast.edda, "/support/partnerships/?as=csv")
    assert header[0::2] == ["Partnership", "Registrations to decide", "Exchanges of its visitors"]
    assert {row[0]: row[2] for row in rows} == {"KILN": "0", "LOOM": "1", "SELVEDGE": "0"}


def test_disputes_are_taken_away_with_their_reasons(cast: Cast) -> None:
    story = bring_exchange_to(cast, "due")
    at = story.at + timedelta(hours=1)
    finalisation.block_payment(story.payment, reason="The days are disputed.", actor=cast.edda.actor, at=at)
    clock.set_clock(at)

    assert 'href="?as=csv"' in signed_in(cast.edda).get("/support/disputes/").content.decode()
    _header, row = file_at(cast.edda, "/support/disputes/?as=csv")
    # scheme.md, section 6: EUR 780 for Portugal; 3 days at the host, so halved: EUR 390.
    assert row[:5] == [
        str(story.payment.reference), "Teixits Almarge, S.L.", "LOOM", "390.0", "The days are disputed.",
    ]  # fmt: skip
