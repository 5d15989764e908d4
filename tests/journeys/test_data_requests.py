"""What people asked about their own data, as the support office sees it: how it stands, what is kept until when."""

import csv
import io
from datetime import timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from clusterxchange.foundation import clock
from clusterxchange.journeys.demonstration.story import Story
from clusterxchange.journeys.people import operations as people
from clusterxchange.journeys.people.tokens import token_of
from clusterxchange.journeys.personal_data import operations
from clusterxchange.parties.accounts.models import Account
from clusterxchange.phases.exchange_building.models import Exchange
from clusterxchange.phases.finalisation.reporting import operations as reporting
from clusterxchange.phases.registration import operations as registration
from clusterxchange.workflow.models import Entry, EntryPayload
from tests.bring import bring_exchange_to
from tests.cast import MONDAY, Cast, Person, make_account, signed_in

PAGE = "/support/data-requests/"

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _monday(db: None) -> None:  # noqa: ARG001 -- asks for the database
    clock.set_clock(MONDAY)


def rows_for(person: Person, sort: str = "") -> list[tuple[str, str, str, str]]:
    """Give who asked, what, how it stands and until when something is kept."""
    page = signed_in(person).get(PAGE, {"sort": sort} if sort else {})
    assert page.status_code == 200
    return [(row["who"], str(row["what"]), row["standing"], row["until"]) for row in page.context["rows"]]


def erase_ana(cast: Cast) -> Story:
    """Let Ana's exchange be closed, let her leave the programme and erase herself."""
    story = bring_exchange_to(cast, "closed", at_once=False)
    story.visitor_participation.refresh_from_db()
    registration.withdraw_participation(story.visitor_participation, actor=cast.ana.actor, at=story.at)
    operations.erase_person(cast.ana.account, story.at)
    return story


def test_only_the_support_office_sees_what_people_asked(cast: Cast, client: Client) -> None:
    operations.hand_out_copy(cast.nuno.account, MONDAY)

    assert len(rows_for(cast.edda)) == 1
    for person in (cast.aurel, cast.chiara, cast.cosima, cast.ana, cast.nuno):
        for address in (PAGE, f"{PAGE}requests.csv", f"{PAGE}requests.xlsx"):
            assert signed_in(person).get(address).status_code == 404
    assert client.get(PAGE)["Location"].startswith("/sign-in/")


def test_a_copy_is_listed_once_it_was_handed_out(cast: Cast) -> None:
    assert "Nobody has asked yet" in signed_in(cast.edda).get(PAGE).content.decode()

    operations.hand_out_copy(cast.nuno.account, MONDAY)

    assert rows_for(cast.edda) == [("Nuno Valadim", "Download a copy of my data", "Handed out at once", "")]


def test_an_erasure_names_nobody_and_says_until_when_the_law_keeps_the_exchange(cast: Cast) -> None:
    erase_ana(cast)
    operations.erase_person(cast.nuno.account, MONDAY)
    closed_at = Exchange.objects.get().closed_at
    assert closed_at is not None

    rows = rows_for(cast.edda, "erasure")

    # YEARS_OF_CASES is 5 where nothing else is set.
    day = f"{closed_at.day} {closed_at:%B} {closed_at.year + 5}"
    ana, nuno = (f"Erased account {one.account.pk}" for one in (cast.ana, cast.nuno))
    assert rows == [
        (ana, "Erase my account", "Erased at once; the law keeps 1 exchange", day),
        (nuno, "Erase my account", "Erased at once; nothing is kept", ""),
    ]
    assert "Sorribes" not in signed_in(cast.edda).get(PAGE).content.decode()


def test_what_should_have_gone_and_is_still_there_stands_first(cast: Cast) -> None:
    erase_ana(cast)
    exchange = Exchange.objects.get()
    assert exchange.closed_at is not None
    day = exchange.closed_at.replace(year=exchange.closed_at.year + 5)
    overdue = "1 exchange should have been forgotten by now"

    clock.set_clock(day)
    assert overdue not in signed_in(cast.edda).get(PAGE).content.decode()
    clock.set_clock(day + timedelta(days=1))
    page = signed_in(cast.edda).get(PAGE)
    assert overdue in page.content.decode()
    assert [row["is_late"] for row in page.context["rows"]] == [True]

    operations.forget_what_is_over(clock.now())

    assert overdue not in signed_in(cast.edda).get(PAGE).content.decode()
    number = cast.ana.account.pk
    assert rows_for(cast.edda) == [
        (exchange.reference, "Nobody asked: its years are over", "Nothing personal is kept", ""),
        (f"Erased account {number}", "Erase my account", "Erased at once; nothing is kept", ""),
    ]


def test_a_consent_taken_back_is_listed(cast: Cast) -> None:
    story = bring_exchange_to(cast, "ended", at_once=False)
    report = story.report("V")
    type(report).objects.filter(pk=report.pk).update(success_story="We saved a third of the fibre.")
    report.refresh_from_db()
    reporting.give_story_consent(report, actor=story.visitor, at=story.at)
    assert rows_for(cast.edda, "consent") == []

    reporting.withdraw_story_consent(report, actor=story.visitor, at=story.at)

    assert rows_for(cast.edda, "consent") == [
        ("Ana Sorribes", "Take the consent to a success story back", "Taken back at once", "")
    ]


def test_sorts_are_counted_and_the_rows_are_taken_along(cast: Cast) -> None:
    for number in range(26):
        operations.hand_out_copy(cast.bram.account, MONDAY + timedelta(minutes=number))
    operations.erase_person(cast.nuno.account, MONDAY)
    edda = signed_in(cast.edda)

    page = edda.get(PAGE)
    second = edda.get(PAGE, {"sort": "copy", "page": "2"})
    taken = edda.get(f"{PAGE}requests.csv", {"sort": "copy"})

    counts = {str(one["label"]): one["count"] for one in page.context["ways"]}
    assert counts == {
        "All": "27",
        "Erasures": "1",
        "Copies": "26",
        "Consents taken back": "0",
        "Exchanges forgotten": "0",
    }
    assert (len(page.context["rows"]), len(second.context["rows"])) == (25, 1)
    rows = list(csv.reader(io.StringIO(b"".join(taken.streaming_content).decode("utf-8-sig"))))  # type: ignore[attr-defined]  # -- a stream
    assert len(rows) == 27
    assert rows[1] == ["2026-03-02", "Bram Teixeira", "Download a copy of my data", "Handed out at once", ""]


def test_erasure_takes_the_address_also_where_others_had_typed_it(cast: Cast) -> None:
    assert cast.bram.organisation is not None
    invitation = people.invite_person(
        cast.bram.organisation, email="nuno@cast.example", actor=cast.bram.actor, at=MONDAY
    )
    people.decline_invitation(invitation, actor=cast.nuno.actor, at=MONDAY)
    assert token_of(invitation)
    assert EntryPayload.objects.filter(body__icontains="nuno@cast.example").exists()

    operations.erase_person(cast.nuno.account, MONDAY)

    assert not EntryPayload.objects.filter(body__icontains="nuno@cast.example").exists()
    assert Entry.objects.filter(action="invite_person").count() == 1


def test_a_page_asks_no_more_for_three_requests_than_for_one(cast: Cast) -> None:
    edda = signed_in(cast.edda)
    newcomers = [make_account(name, name.title(), "Roca") for name in ("eva", "ivo", "una")]

    def queries_of() -> int:
        with CaptureQueriesContext(connection) as asked:
            assert edda.get(PAGE).status_code == 200
        return len(asked)

    def ask(account: Account) -> None:
        operations.hand_out_copy(account, MONDAY)
        operations.erase_person(account, MONDAY)

    ask(newcomers[0])
    queries_of()
    one = queries_of()
    for account in newcomers[1:]:
        ask(account)
    assert queries_of() == one
