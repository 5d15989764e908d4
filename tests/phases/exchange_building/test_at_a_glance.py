"""An exchange at a glance: one page for all parties, each seeing what the table allows."""

import re
from datetime import date

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from clusterxchange.foundation import clock
from clusterxchange.phases.exchange_building import operations
from tests.bring import bring_exchange_to
from tests.cast import Cast, Person, make_officer, signed_in
from tests.phases.exchange_building.test_before_and_during import begin_amendment, five_days

pytestmark = pytest.mark.django_db


def page_of(person: Person, reference: str | None) -> str:
    client = Client()
    client.force_login(person.account)
    answer = client.get(f"/exchanges/{reference}/")
    assert answer.status_code == 200
    found: str = answer.content.decode().partition("<main")[2].partition("</main>")[0]
    return found


def test_everybody_sees_state_people_dates_and_what_happened(cast: Cast) -> None:
    story = bring_exchange_to(cast, "due")
    clock.set_clock(story.at)
    for person in (cast.ana, cast.bram, cast.chiara, cast.cosima, cast.dov, cast.edda, cast.aurel):
        page = page_of(person, story.exchange.reference)
        for word in (
            "Ended", "Ana Sorribes", "Bram Teixeira", "Chiara Bellandi", "Dov Amaral", "14 April 2026",
            "Commitment to Quality, version 1", "What happened", "Final activity report",
        ):  # fmt: skip
            assert word in page, (person.account.email, word)
    assert "Validated" in page_of(cast.bram, story.exchange.reference)


def test_only_whoever_may_see_the_money_sees_any_of_it(cast: Cast) -> None:
    story = bring_exchange_to(cast, "paid")
    clock.set_clock(story.at)
    for person in (cast.ana, cast.chiara, cast.cosima, cast.edda, cast.aurel):
        page = page_of(person, story.exchange.reference)
        for word in ('data-cents="39000"', "Money", "EUR 390.00", "Paid on", "Accepted ("):
            assert word in page, (person.account.email, word)
    for person in (cast.bram, cast.dov):
        page = page_of(person, story.exchange.reference)
        for word in ("data-cents", "EUR", "Money", "Paid", "Evidence", "payment", "Financial agreement"):
            assert word not in page, (person.account.email, word)


def test_a_document_is_offered_to_whoever_may_open_it(cast: Cast) -> None:
    story = bring_exchange_to(cast, "ready")
    clock.set_clock(story.at)
    for person, offered in ((cast.ana, True), (cast.chiara, True), (cast.edda, False), (cast.bram, False)):
        page = page_of(person, story.exchange.reference)
        assert ("financial-agreement/document/" in page) == offered, person.account.email
        assert "commitment/document/" in page


def test_a_stranger_finds_nothing_and_nobody_is_led_to_the_sign_in_page(cast: Cast, client: Client) -> None:
    reference = bring_exchange_to(cast, "matched").exchange.reference
    assert client.get(f"/exchanges/{reference}/")["Location"].startswith("/sign-in/")
    client.force_login(cast.zoe.account)
    assert client.get(f"/exchanges/{reference}/").status_code == 404


def test_the_page_asks_as_often_whatever_stands_in_the_journal(cast: Cast) -> None:
    story = bring_exchange_to(cast, "reported")
    client = Client()
    client.force_login(cast.chiara.account)
    counts = []
    for step in ("due", "ordered", "released"):
        story.tell(step)
        clock.set_clock(story.at)
        client.get(f"/exchanges/{story.exchange.reference}/")
        with CaptureQueriesContext(connection) as counted:
            client.get(f"/exchanges/{story.exchange.reference}/")
        counts.append(len(counted))
    assert max(counts) - min(counts) <= 1, counts


def test_while_an_amendment_is_written_the_signed_text_stands_before_it_among_the_files(cast: Cast) -> None:
    story = bring_exchange_to(cast, "ready")
    operations.amend_commitment(story.commitment, actor=story.host, at=story.at)
    clock.set_clock(story.at)

    for person in (cast.ana, cast.bram, cast.chiara, cast.aurel):
        _before, _heading, files = page_of(person, story.exchange.reference).partition('id="files-title"')

        signed, draft = (f"Commitment to Quality, version {number}" for number in (1, 2))
        assert 0 < files.index(signed) < files.index(draft) < files.index("PDF, marked as draft"), person.account.email
        assert files.count("Commitment to Quality, version") == 2


def test_while_a_new_financial_agreement_is_offered_the_signed_one_stands_before_it(cast: Cast) -> None:
    story = bring_exchange_to(cast, "ready", at_once=False)
    begin_amendment(story, last_day=date(2026, 4, 20), plan=five_days())
    story.tell("validated")
    clock.set_clock(story.at)

    _before, _heading, files = page_of(cast.ana, story.exchange.reference).partition('id="files-title"')

    assert files.index("Financial agreement, version 1") < files.index("Financial agreement, version 2")


def test_who_only_pays_is_led_to_no_page_that_they_may_not_see(cast: Cast) -> None:
    payer = make_officer("pia", "Pia", "Montserrat", cast.loom, "payer")
    story = bring_exchange_to(cast, "paid")
    clock.set_clock(story.at)
    address = f"/exchanges/{story.exchange.reference}/"

    page = page_of(payer, story.exchange.reference)

    led = sorted(set(re.findall(rf'href="({address}[a-z-]+/)"', page)))
    assert f"{address}payment/" in led
    assert f"{address}commitment/" not in led
    assert {one: signed_in(payer).get(one).status_code for one in led} == dict.fromkeys(led, 200)
    assert f"{address}commitment/" in page_of(cast.chiara, story.exchange.reference)
