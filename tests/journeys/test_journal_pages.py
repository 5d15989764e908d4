"""The journal as the support office looks through it, entry by entry, and what it never shows."""

import csv
import io
import re
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from clusterxchange.access.actions import Action
from clusterxchange.foundation import clock
from clusterxchange.journeys.personal_data.operations import erase_person
from clusterxchange.phases.registration import operations as registration
from clusterxchange.workflow import engine
from clusterxchange.workflow.jobs import check_journal
from clusterxchange.workflow.models import Entry, EntryPayload, JournalCheck
from tests.bring import bring_application_to, bring_exchange_to
from tests.cast import MONDAY, Cast, signed_in

PAGE = "/support/journal/"
NUMBERS = re.compile(r'data-entry="(\d+)"')

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _monday(db: None) -> None:  # noqa: ARG001 -- asks for the database
    clock.set_clock(MONDAY)


def numbers_on(answer: Any) -> list[int]:  # noqa: ANN401 -- an answer of the client, which has no type of its own
    return [int(one) for one in NUMBERS.findall(answer.content.decode())]


def found_by(client: Client, **asked: str) -> list[int]:
    answer = client.get(PAGE, asked)
    assert answer.status_code == 200, answer.content.decode()
    return numbers_on(answer)


def newest_first(**columns: object) -> list[int]:
    return list(Entry.objects.filter(**columns).order_by("-n").values_list("n", flat=True)[:25])


def test_only_the_support_office_reads_the_journal(cast: Cast, client: Client) -> None:
    bring_application_to(cast, cast.ana, "submitted", partnership=cast.loom, officer=cast.chiara.actor)

    assert found_by(signed_in(cast.edda)) == newest_first()
    for person in (cast.aurel, cast.chiara, cast.cosima, cast.ana, cast.nuno):
        for address in (PAGE, f"{PAGE}1/", f"{PAGE}entries.csv", f"{PAGE}entries.xlsx"):
            assert signed_in(person).get(address).status_code == 404, (person.account, address)
    assert client.get(PAGE)["Location"].startswith("/sign-in/")


def test_each_line_says_who_did_what_when_and_leads_to_the_case(cast: Cast) -> None:
    application = bring_application_to(cast, cast.ana, "opened", partnership=cast.loom, officer=cast.chiara.actor)

    (line,) = [
        one
        for one in signed_in(cast.edda).get(PAGE, {"case": application.reference or ""}).context["lines"]
        if one.n == Entry.objects.get(action="open_application").n
    ]

    assert (line.who, line.capacity) == ("Chiara Bellandi", "Visitor's partnership")
    assert (line.kind, line.reference) == ("Registration", application.reference)
    assert line.url == f"/registration/applications/{application.reference}/"
    assert line.at == MONDAY + timedelta(hours=1)
    assert line.what.startswith("LOOM ")


def test_the_first_and_the_last_day_of_the_calendar_narrow_nothing(cast: Cast) -> None:
    bring_application_to(cast, cast.ana, "submitted", partnership=cast.loom, officer=cast.chiara.actor)

    assert found_by(signed_in(cast.edda), first_day="0001-01-01", last_day="9999-12-31") == newest_first() != []


def test_entries_are_found_by_case_person_action_and_days(cast: Cast) -> None:
    story = bring_exchange_to(cast, "ready", at_once=False)
    edda, reference = signed_in(cast.edda), str(story.exchange.reference)

    assert found_by(edda, case=f" {reference.lower()} ") == newest_first(case=reference) != []
    for who in ("bram", "Teixeira Bram", "bram@cast.example", str(cast.bram.account.pk)):
        assert found_by(edda, who=who) == newest_first(actor=str(cast.bram.account.pk)) != []
    for who in ("system", "The tool"):
        assert found_by(edda, who=who) == newest_first(actor="system") != []
    sent = newest_first(kind="proposal", action="accept_proposal")
    assert found_by(edda, action="proposal.accept_proposal") == sent
    assert len(sent) == 1
    assert found_by(edda, who="bram", action="proposal.send_proposal") == []
    assert found_by(edda, who="nobody of ours") == []


def test_days_are_those_of_brussels_and_both_are_included(cast: Cast) -> None:
    # In summer midnight in Brussels is 22:00 UTC of the day before.
    moments = [datetime(2026, 7, 1, 21, 59, tzinfo=UTC), datetime(2026, 7, 1, 22, 0, tzinfo=UTC),
               datetime(2026, 7, 2, 21, 59, tzinfo=UTC), datetime(2026, 7, 2, 22, 0, tzinfo=UTC)]  # fmt: skip
    assert cast.ana.organisation is not None
    for at in moments:
        engine.record(cast.ana.organisation, Action.EDIT_ORGANISATION, actor=cast.ana.actor, at=at)
    of_the_second = list(Entry.objects.filter(at__in=moments[1:3]).order_by("-n").values_list("n", flat=True))

    found = found_by(signed_in(cast.edda), first_day="2026-07-02", last_day="2026-07-02")

    assert found == of_the_second
    assert len(found) == 2


def test_what_cannot_be_looked_for_says_why_and_keeps_what_was_typed(cast: Cast) -> None:
    edda = signed_in(cast.edda)
    wrong = {"who": "ana", "first_day": "2026-03-09", "last_day": "2026-03-02"}

    answer = edda.get(PAGE, wrong)

    assert answer.status_code == 422
    page = answer.content.decode()
    assert "The last day is before the first one. Write a later last day." in page
    assert "<title>Error: Journal" in page
    assert 'value="ana"' in page
    assert 'value="2026-03-09"' in page
    for name, value in (("first_day", "soon"), ("action", "proposal.steal"), ("case", "x" * 41)):
        assert edda.get(PAGE, {name: value}).status_code == 422, name
    # Places in the list that are not there lead to the newest entries.
    assert edda.get(PAGE, {"before": "x", "after": "9" * 30}).status_code == 200


def test_pages_of_25_join_without_a_gap_whatever_is_written_meanwhile(cast: Cast) -> None:
    bram, edda = cast.bram, signed_in(cast.edda)
    assert bram.organisation is not None
    for _entry in range(55):
        engine.record(bram.organisation, Action.EDIT_ORGANISATION, actor=bram.actor, at=MONDAY)
    every = list(Entry.objects.order_by("-n").values_list("n", flat=True))
    assert len(every) == 55

    seen, address = list[int](), PAGE
    while address:
        answer = edda.get(address)
        seen += numbers_on(answer)
        assert len(numbers_on(answer)) <= 25
        address = answer.context["older"]
        if len(seen) == 25:
            # Something happens while Edda reads.
            assert cast.zoe.organisation is not None
            engine.record(cast.zoe.organisation, Action.EDIT_ORGANISATION, actor=cast.zoe.actor, at=MONDAY)
    back = edda.get(PAGE, {"before": every[49]})

    assert seen == every
    assert numbers_on(edda.get(back.context["newer"])) == every[25:50]
    assert numbers_on(edda.get(PAGE, {"after": every[3]})) == newest_first()


def test_an_entry_shows_what_was_handed_in_and_its_place_in_the_chain(cast: Cast) -> None:
    application = bring_application_to(cast, cast.ana, "opened", partnership=cast.loom, officer=cast.chiara.actor)
    registration.hold_application(
        application, questions="Which loom is it?", actor=cast.chiara.actor, at=MONDAY + timedelta(hours=3)
    )
    entry = Entry.objects.get(action="hold_application")

    page = signed_in(cast.edda).get(f"{PAGE}{entry.n}/")

    text = page.content.decode()
    assert ("questions", "Which loom is it?") in page.context["payload"]
    for shown in (entry.hash, entry.previous, "This entry fits the one before", f"{PAGE}{entry.n - 1}/"):
        assert shown in text
    assert signed_in(cast.edda).get(f"{PAGE}{entry.n + 999}/").status_code == 404


def test_of_a_conversation_that_the_support_office_may_not_read_no_payload_is_shown(cast: Cast) -> None:
    story = bring_exchange_to(cast, "proposed", at_once=False)
    # A proposal has its conversation among four, and the support office is none of them.
    engine.record(
        story.proposal, Action.SAY_SOMETHING, actor=story.visitor, at=story.at, payload={"planted": "zq1plantedword"}
    )
    entry = Entry.objects.latest("n")

    page = signed_in(cast.edda).get(f"{PAGE}{entry.n}/")

    assert page.context["payload"] is None
    assert "zq1plantedword" not in page.content.decode()


def test_an_entry_that_was_changed_says_so(cast: Cast) -> None:
    bring_application_to(cast, cast.ana, "submitted", partnership=cast.loom, officer=cast.chiara.actor)
    entry = Entry.objects.get(action="submit_application")
    EntryPayload.objects.filter(entry=entry).update(body={"declares_true": False})

    page = signed_in(cast.edda).get(f"{PAGE}{entry.n}/")

    assert not page.context["fits"]
    assert "This entry was changed" in page.content.decode()


def test_the_journal_says_when_it_was_last_checked_and_what_was_found(cast: Cast) -> None:
    bring_application_to(cast, cast.ana, "submitted", partnership=cast.loom, officer=cast.chiara.actor)
    edda = signed_in(cast.edda)
    assert "It has not been checked yet" in edda.get(PAGE).content.decode()

    check_journal(0)
    whole = f"Checked on 2 March 2026: all {Entry.objects.count()} entries fit."
    assert whole in edda.get(PAGE).content.decode()
    JournalCheck.objects.create(at=clock.now() + timedelta(hours=1), entries=1, holds=False, first_bad=2)
    assert "Checked on 2 March 2026: entry 2 does not fit." in edda.get(PAGE).content.decode()


def test_of_an_erased_person_the_journal_shows_a_number_and_nothing_else(cast: Cast) -> None:
    story = bring_exchange_to(cast, "closed", at_once=False)
    story.visitor_participation.refresh_from_db()
    registration.withdraw_participation(story.visitor_participation, actor=cast.ana.actor, at=story.at)
    number, edda = cast.ana.account.pk, signed_in(cast.edda)
    own = newest_first(actor=str(number))
    assert found_by(edda, who="sorribes") == own != []

    erase_person(cast.ana.account, story.at)

    assert found_by(edda, who="sorribes") == []
    assert found_by(edda, who=str(number)) == newest_first(actor=str(number))
    lines = edda.get(PAGE, {"who": str(number)}).context["lines"]
    assert {one.who for one in lines} == {f"Erased account {number}"}
    kept = Entry.objects.filter(actor=str(number), case=story.exchange.reference, payload__isnull=False).latest("n")
    assert edda.get(f"{PAGE}{kept.n}/").context["payload"] is None
    taken = b"".join(edda.get(f"{PAGE}entries.csv").streaming_content).decode()  # type: ignore[attr-defined]  # -- a stream
    pages = [taken, *(edda.get(f"{PAGE}{n}/").content.decode() for n in newest_first(case=story.exchange.reference))]
    assert [word for word in ("Sorribes", "ana@cast.example", "erased.invalid") for page in pages if word in page] == []


def test_a_file_holds_every_entry_that_was_found(cast: Cast) -> None:
    bring_exchange_to(cast, "ready", at_once=False)
    edda = signed_in(cast.edda)

    taken = edda.get(f"{PAGE}entries.csv", {"who": "bram"})
    rows = list(csv.reader(io.StringIO(b"".join(taken.streaming_content).decode("utf-8-sig"))))  # type: ignore[attr-defined]  # -- a stream

    of_bram = Entry.objects.filter(actor=str(cast.bram.account.pk)).order_by("-n")
    assert rows[0][:3] == ["Entry", "When", "Who"]
    assert [int(row[0]) for row in rows[1:]] == list(of_bram.values_list("n", flat=True))
    assert {row[2] for row in rows[1:]} == {"Bram Teixeira"}
    book = edda.get(f"{PAGE}entries.xlsx", {"who": "bram"})
    assert b"".join(book.streaming_content).startswith(b"PK")  # type: ignore[attr-defined]  # -- a stream


def test_every_kind_of_entry_is_said_in_words(cast: Cast) -> None:
    bring_exchange_to(cast, "closed", at_once=False)
    edda, address = signed_in(cast.edda), PAGE

    lines = []
    while address:
        answer = edda.get(address)
        lines += answer.context["lines"]
        address = answer.context["older"]

    assert len(lines) == Entry.objects.count()
    assert [one for one in lines if not (one.what and one.who and one.kind and one.reference and one.url)] == []


def test_a_page_asks_no_more_for_25_entries_than_for_few(cast: Cast) -> None:
    edda = signed_in(cast.edda)
    story = bring_exchange_to(cast, "ready", at_once=False)
    reference = str(story.exchange.reference)

    def queries_of(**asked: str) -> int:
        with CaptureQueriesContext(connection) as done:
            assert edda.get(PAGE, asked).status_code == 200
        return len(done)

    queries_of(case=reference)
    few = Entry.objects.filter(case=reference, action="agree_commitment").order_by("n")
    assert few.count() == 2
    assert queries_of(case=reference) == queries_of(case=reference, action="commitment.agree_commitment")
