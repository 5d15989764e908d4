"""What the support office does beside cases: people, the tool as they see it, second visits."""

import pytest
from django.test import Client

from clusterxchange.foundation import clock
from clusterxchange.journeys.support_office.queries import double_visits
from clusterxchange.parties.organisations.models import Organisation
from clusterxchange.workflow.models import Entry, Message
from clusterxchange.workflow.thread import unread_by
from tests.bring import bring_application_to, bring_exchange_to
from tests.cast import MONDAY, Cast, Person

PEOPLE = "/support/people/"


@pytest.fixture(autouse=True)
def _monday(db: None) -> None:  # noqa: ARG001 -- asks for the database
    clock.set_clock(MONDAY)


def browser_of(person: Person) -> Client:
    client = Client()
    client.force_login(person.account)
    return client


def seen_as(cast: Cast, person: Person) -> Client:
    client = browser_of(cast.edda)
    assert client.post(f"{PEOPLE}{person.account.pk}/view-as/")["location"] == "/desk/"
    return client


def test_a_person_is_found_by_any_part_of_name_or_address(cast: Cast) -> None:
    edda = browser_of(cast.edda)

    for words in ("sorribes", "ana@cast", "Ana Sorr"):
        rows = edda.get(f"{PEOPLE}?q={words}").context["rows"]
        assert [row["name"] for row in rows] == ["Ana Sorribes"]
        assert rows[0]["parties"] == "Teixits Almarge, S.L."
    assert edda.get(f"{PEOPLE}?q=nobody").context["rows"] == []
    for person in (cast.edda, cast.aurel, cast.nuno):
        assert edda.get(f"{PEOPLE}?q={person.account.email}").context["rows"] == []


def test_the_tool_is_seen_as_the_person_sees_it_with_a_banner(cast: Cast) -> None:
    story = bring_exchange_to(cast, "matched")
    own = browser_of(cast.ana).get("/desk/").context["must_do"]

    page = seen_as(cast, cast.ana).get("/desk/")

    assert [task.title for task in page.context["must_do"]] == [task.title for task in own]
    assert "You see the tool as Ana Sorribes does" in page.content.decode()
    assert seen_as(cast, cast.zoe).get(f"/exchanges/{story.exchange.reference}/").status_code == 404


def test_the_journal_notes_whose_view_was_taken(cast: Cast) -> None:
    seen_as(cast, cast.ana)

    entry = Entry.objects.latest("n")
    assert (entry.kind, entry.action, entry.actor) == ("organisation", "view_as", str(cast.edda.account.pk))
    seen_as(cast, cast.chiara)
    assert Entry.objects.latest("n").kind == "partnership"


def test_nothing_is_done_or_opened_in_the_name_of_the_person(cast: Cast) -> None:
    story = bring_exchange_to(cast, "matched")
    own = f"/exchanges/{story.exchange.reference}/"
    client, entries = seen_as(cast, cast.ana), Entry.objects.count()

    for address in (f"{own}thread/", f"{own}cancel-exchange/", "/account/email/", "/language/"):
        answer = client.post(address, {"text": "In her name", "reason": "x", "reason_code": "other"})
        assert answer.status_code == 403
        assert 'data-refusal="read_only"' in answer.content.decode()
    reference = story.visitor_participation.application.reference
    curriculum_vitae = f"/registration/applications/{reference}/curriculum-vitae/"
    assert client.get(own).status_code == 200
    assert client.get(f"{own}commitment/").status_code == 200
    opened = client.get(curriculum_vitae)
    assert opened.status_code == 409
    assert not opened.content.startswith(b"%PDF")
    assert Entry.objects.count() == entries
    assert not Message.objects.exists()


def test_reading_a_conversation_as_somebody_leaves_it_unread(cast: Cast) -> None:
    story = bring_exchange_to(cast, "matched")
    own = f"/exchanges/{story.exchange.reference}/"
    browser_of(cast.bram).post(f"{own}thread/", {"text": "When do you come?"})

    seen_as(cast, cast.ana).get(own)

    numbers = [story.exchange.pk]
    assert len(unread_by(cast.ana.actor, "exchange", numbers)) == 1


def test_the_view_ends_with_its_button_and_with_the_office(cast: Cast) -> None:
    client = seen_as(cast, cast.ana)
    assert client.get("/support/").status_code == 404

    assert client.post("/support/view-as/end/")["location"] == PEOPLE
    assert client.get("/support/").status_code == 200

    client = seen_as(cast, cast.ana)
    cast.edda.account.is_support_office = False
    cast.edda.account.save()
    assert "You see the tool as" not in client.get("/desk/").content.decode()


def test_only_the_support_office_takes_a_view_and_never_that_of_an_office(cast: Cast) -> None:
    for person in (cast.aurel, cast.chiara, cast.ana):
        assert browser_of(person).post(f"{PEOPLE}{cast.bram.account.pk}/view-as/").status_code == 404
    for person in (cast.aurel, cast.edda):
        assert browser_of(cast.edda).get(f"{PEOPLE}{person.account.pk}/view-as/").status_code == 404


@pytest.mark.parametrize(
    ("column", "one", "other", "why"),
    [
        ("vat_number", "ES B12-345.678", "esb12345678", "Same value added tax number"),
        ("legal_name", "Teixits Almargé, S.L.", "TEIXITS  ALMARGE, S.L.", "Same legal name"),
        ("website", "https://www.almarge.example/", "http://almarge.example/en", "Same website"),
    ],
)
def test_organisations_that_may_be_visiting_twice_are_listed(
    cast: Cast, column: str, one: str, other: str, why: str
) -> None:
    for person, value in ((cast.ana, one), (cast.zoe, other)):
        bring_application_to(cast, person, "submitted", partnership=cast.loom, officer=cast.chiara.actor)
        assert person.organisation is not None
        entry = Organisation.objects.get(pk=person.organisation.pk)
        setattr(entry, column, value)
        entry.save()

    found = double_visits()

    assert [(str(alike.why), len(alike.organisations)) for alike in found] == [(why, 2)]
    page = browser_of(cast.edda).get("/support/double-visits/").content.decode()
    assert why in page
    assert browser_of(cast.zoe).get("/support/double-visits/").status_code == 404


def test_whoever_only_hosts_or_has_not_asked_visits_nowhere_twice(cast: Cast) -> None:
    bring_application_to(cast, cast.ana, "submitted", partnership=cast.loom, officer=cast.chiara.actor)
    bring_application_to(cast, cast.zoe, "draft", partnership=cast.loom, officer=cast.chiara.actor)
    bring_application_to(cast, cast.bram, "submitted", partnership=cast.loom, officer=cast.chiara.actor, role="host")
    for entry in Organisation.objects.all():
        entry.vat_number = "ES1"
        entry.save()

    assert double_visits() == []
