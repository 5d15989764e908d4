"""What the support office does beside cases: people, the tool as they see it, second visits."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from clusterxchange.foundation import clock
from clusterxchange.journeys.people import operations as people
from clusterxchange.journeys.scheme_data import operations as scheme_data
from clusterxchange.journeys.support_office.queries import double_visits
from clusterxchange.parties.memberships import actor_for
from clusterxchange.parties.organisations.models import Organisation
from clusterxchange.phases.finalisation.reporting import operations as reporting
from clusterxchange.phases.matching import operations as matching
from clusterxchange.phases.registration import operations as registration
from clusterxchange.workflow.models import CalendarFeed, Entry, Message
from clusterxchange.workflow.thread import unread_by
from tests.bring import bring_application_to, bring_exchange_to, bring_participation
from tests.cast import ALCOI, MONDAY, Cast, Person, make_speaker, signed_in
from tests.phases.matching.group import values

PEOPLE = "/support/people/"
LATER = MONDAY + timedelta(days=1)


@pytest.fixture(autouse=True)
def _monday(db: None) -> None:  # noqa: ARG001 -- asks for the database
    clock.set_clock(MONDAY)


def seen_as(cast: Cast, person: Person) -> Client:
    client = signed_in(cast.edda)
    assert client.post(f"{PEOPLE}{person.account.pk}/view-as/")["location"] == "/desk/"
    return client


def test_a_person_is_found_by_any_part_of_name_or_address(cast: Cast) -> None:
    edda = signed_in(cast.edda)

    for words in ("sorribes", "ana@cast", "Ana Sorr"):
        rows = edda.get(f"{PEOPLE}?q={words}").context["rows"]
        assert [row["name"] for row in rows] == ["Ana Sorribes"]
        assert rows[0]["parties"] == "Teixits Almarge, S.L."
    assert edda.get(f"{PEOPLE}?q=nobody").context["rows"] == []
    for person in (cast.edda, cast.aurel):
        assert edda.get(f"{PEOPLE}?q={person.account.email}").context["rows"] == []


def test_somebody_who_acts_for_nobody_is_found_but_the_tool_is_not_seen_as_they_do(cast: Cast) -> None:
    place = cast.ana.account.representations.get()
    asked = people.invite_person(place.organisation, email="nuno@cast.example", actor=cast.ana.actor, at=MONDAY)
    people.accept_invitation(asked, actor=cast.nuno.actor, at=MONDAY)
    people.end_place(place, actor=actor_for(cast.nuno.account), at=MONDAY)
    edda, entries = signed_in(cast.edda), Entry.objects.count()

    page = edda.get(f"{PEOPLE}?q={cast.ana.account.email}")
    assert [row["name"] for row in page.context["rows"]] == ["Ana Sorribes"]
    assert "For nobody now" in page.content.decode()
    view = f"{PEOPLE}{cast.ana.account.pk}/view-as/"
    assert view not in page.content.decode()
    refused = edda.post(view)

    assert (refused.status_code, 'data-refusal="acts_for_nobody"' in refused.content.decode()) == (409, True)
    assert "You see the tool as" not in edda.get("/desk/").content.decode()
    assert Entry.objects.count() == entries


def test_the_tool_is_seen_as_the_person_sees_it_with_a_banner(cast: Cast) -> None:
    story = bring_exchange_to(cast, "matched")
    own = signed_in(cast.ana).get("/desk/").context["must_do"]

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
    signed_in(cast.bram).post(f"{own}thread/", {"text": "When do you come?"})

    seen_as(cast, cast.ana).get(own)

    numbers = [story.exchange.pk]
    assert len(unread_by(cast.ana.actor, "exchange", numbers)) == 1


def test_the_desk_seen_as_a_person_shows_their_invitations_and_first_steps_not_those_of_the_office(cast: Cast) -> None:
    assert cast.ana.organisation is not None
    assert cast.bram.organisation is not None
    people.invite_person(cast.ana.organisation, email=cast.bram.account.email, actor=cast.ana.actor, at=MONDAY)
    people.invite_person(cast.bram.organisation, email=cast.edda.account.email, actor=cast.bram.actor, at=MONDAY)
    signed_in(cast.edda).post("/desk/put-first-steps-away/")

    client = seen_as(cast, cast.bram)

    for address in ("/desk/", "/organisations/"):
        page = client.get(address).content.decode()
        assert "Ana Sorribes asks you to speak for Teixits Almarge, S.L." in page
        assert "asks you to speak for Tecelagem Orvalhinho, Lda." not in page
    assert "First steps</h2>" in client.get("/desk/").content.decode()
    signed_in(cast.bram).post("/desk/put-first-steps-away/")
    assert "First steps</h2>" not in client.get("/desk/").content.decode()


def test_the_secret_addresses_of_a_persons_calendars_stay_closed_to_the_office(cast: Cast) -> None:
    own = signed_in(cast.chiara)
    for partnership in ("", "loom"):
        own.post("/desk/calendar/make-calendar-feed/", {"partnership": partnership})
    tokens = [feed.token for feed in CalendarFeed.objects.all()]
    assert len(tokens) == 2

    seen = seen_as(cast, cast.chiara).get("/desk/preferences/").content.decode()

    assert all(token in own.get("/desk/preferences/").content.decode() for token in tokens)
    assert not any(token in seen for token in tokens)
    assert seen.count("There is an address. It stays closed while you look at the tool as somebody else.") == 2


def test_the_code_by_which_a_visitor_shows_presence_stays_closed_to_the_office(cast: Cast) -> None:
    story = bring_exchange_to(cast, "running")
    clock.set_clock(story.at)
    code = reporting.make_presence_code(story.exchange, actor=story.visitor, at=story.at).code
    address = f"/exchanges/{story.exchange.reference}/presence/"

    seen = seen_as(cast, cast.ana).get(address).content.decode()

    assert f'data-presence-code="{code}"' in signed_in(cast.ana).get(address).content.decode()
    assert code not in seen
    assert "There is a code. It stays closed while you look at the tool as somebody else." in seen


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
        assert signed_in(person).post(f"{PEOPLE}{cast.bram.account.pk}/view-as/").status_code == 404
    for person in (cast.aurel, cast.edda):
        assert signed_in(cast.edda).get(f"{PEOPLE}{person.account.pk}/view-as/").status_code == 404


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
    page = signed_in(cast.edda).get("/support/double-visits/").content.decode()
    assert why in page
    assert signed_in(cast.zoe).get("/support/double-visits/").status_code == 404


def test_whoever_only_hosts_or_has_not_asked_visits_nowhere_twice(cast: Cast) -> None:
    bring_application_to(cast, cast.ana, "submitted", partnership=cast.loom, officer=cast.chiara.actor)
    bring_application_to(cast, cast.zoe, "draft", partnership=cast.loom, officer=cast.chiara.actor)
    bring_application_to(cast, cast.bram, "submitted", partnership=cast.loom, officer=cast.chiara.actor, role="host")
    for entry in Organisation.objects.all():
        entry.vat_number = "ES1"
        entry.save()

    assert double_visits() == []


SEARCH = "/support/search/"


def found_by(person: Person, words: str, **more: str) -> dict[str, int]:
    """Give how many of each kind a search finds; kinds without any left out."""
    page = signed_in(person).get(SEARCH, {"q": words, **more})
    assert page.status_code == 200
    return {str(one["label"]): int(one["count"]) for one in page.context["kinds"] if one.get("count", "0") != "0"}


def test_one_search_finds_parties_people_and_cases_with_their_counts(cast: Cast) -> None:
    story = bring_exchange_to(cast, "matched")

    assert found_by(cast.edda, "almarge") == {
        "Organisations": 1,
        "Exchanges": 1,
        "Registrations": 1,
        "Participations": 1,
        "Proposals": 1,
        "Conversations": 1,
    }
    assert found_by(cast.edda, "sorribes") == {"People": 1}
    of_ana = dict.fromkeys(("Exchanges", "Registrations", "Participations", "Proposals", "Conversations"), 1)
    assert found_by(cast.edda, "fils de llevant") == {"Organisations": 1, "Partnerships": 1, **of_ana}
    assert found_by(cast.edda, str(story.exchange.reference)) == {"Exchanges": 1}
    assert found_by(cast.edda, "nothing of ours") == {}


def test_what_stands_beside_the_cases_is_found_by_its_reference_and_its_page_opens(cast: Cast) -> None:
    host = bring_participation(cast, cast.bram, partnership=cast.selvedge, officer=cast.dov.actor, role="host")
    programme = matching.publish_programme(host=host, values=values(), actor=cast.bram.actor, at=LATER)
    plan = matching.ask_for_plan(cast.edition, actor=cast.edda.actor, at=LATER)
    version = scheme_data.start_version(cast.edition, actor=cast.edda.actor, at=LATER)
    assert cast.ana.organisation is not None
    invited = people.invite_person(cast.ana.organisation, email="kim@cast.example", actor=cast.ana.actor, at=LATER)
    own = registration.start_application(actor=cast.nuno.actor, at=LATER)
    asked = people.ask_to_join(own, organisation=cast.ana.organisation, matched="name", actor=cast.nuno.actor, at=LATER)
    clock.set_clock(LATER)

    of_offices = {
        "Group exchanges": programme.reference,
        "Plans for the programme": plan.reference,
        "Versions of the rules": version.reference,
    }
    of_people = {"Invitations": invited.reference, "Requests to join an organisation": asked.reference}
    for title, reference in {**of_offices, **of_people}.items():
        assert found_by(cast.edda, str(reference)) == {title: 1}
        found = signed_in(cast.edda).get(SEARCH, {"q": str(reference)}).context["found"]
        assert signed_in(cast.edda).get(found[0]["rows"][0].url).status_code == 200
    for title, reference in of_offices.items():
        assert found_by(cast.aurel, str(reference)) == {title: 1}
    for reference in (*of_people.values(), "kim@cast"):
        assert found_by(cast.aurel, str(reference)) == {}
    assert found_by(cast.edda, "kim@cast") == {"Invitations": 1}
    assert found_by(cast.edda, "at the looms") == {"Group exchanges": 1}
    assert found_by(cast.edda, "nuno@cast") == {"People": 1, "Requests to join an organisation": 1}


def test_a_search_is_folded_for_names_of_people_as_well(cast: Cast) -> None:
    cast.zoe.account.last_name = "Łukasiewicz-Ørsted"
    cast.zoe.account.save()

    for words in ("lukasiewicz", "ŁUKASIEWICZ orsted", "zoe@CAST"):
        rows = signed_in(cast.edda).get(SEARCH, {"q": words, "kind": "people"}).context["rows"]
        assert [(row.title, row.kind) for row in rows] == [("Zoe Łukasiewicz-Ørsted", "Krogsager Teglværk ApS")]
    assert found_by(cast.edda, "teglvaerk") == {"Organisations": 1}
    assert cast.zoe.organisation is not None
    assert found_by(cast.edda, cast.zoe.organisation.reference) == {"Organisations": 1}


def test_the_agency_searches_the_same_but_no_people_and_nobody_else_does(cast: Cast) -> None:
    bring_application_to(cast, cast.ana, "submitted", partnership=cast.loom, officer=cast.chiara.actor)

    assert found_by(cast.aurel, "almarge") == {"Organisations": 1, "Registrations": 1}
    assert found_by(cast.aurel, "sorribes") == {}
    assert "sorribes" not in signed_in(cast.aurel).get(SEARCH, {"kind": "people"}).content.decode().lower()
    for person in (cast.ana, cast.chiara, cast.zoe, cast.nuno):
        assert signed_in(person).get(SEARCH, {"q": "almarge"}).status_code == 404


def test_the_palette_of_the_support_office_leads_to_this_search(cast: Cast) -> None:
    for person, address in ((cast.edda, SEARCH), (cast.aurel, SEARCH), (cast.ana, "/search/")):
        assert f'<form role="search" action="{address}">' in signed_in(person).get("/desk/").content.decode()


def test_one_kind_is_gone_through_page_by_page_with_the_words_kept(cast: Cast) -> None:
    for number in range(26):
        make_speaker(f"s{number}", "Eva Roca", f"Sami {number:02}", ALCOI, cluster="X")

    first = signed_in(cast.edda).get(SEARCH, {"q": "sami", "kind": "organisations"})
    second = signed_in(cast.edda).get(SEARCH, {"q": "sami", "kind": "organisations", "page": "2"})

    assert [row.title for row in first.context["rows"]] == [f"Sami {number:02}" for number in range(25)]
    assert [row.title for row in second.context["rows"]] == ["Sami 25"]
    assert "?q=sami&amp;kind=organisations&amp;page=2" in first.content.decode()


def test_a_search_that_finds_three_asks_no_more_than_one_that_finds_one(cast: Cast) -> None:
    edda = signed_in(cast.edda)
    make_speaker("s1", "Eva Roca", "Sami 1", ALCOI, cluster="X")

    def queries_of(words: str) -> int:
        with CaptureQueriesContext(connection) as asked:
            assert edda.get(SEARCH, {"q": words}).status_code == 200
        return len(asked)

    queries_of("eva")
    one = (queries_of("sami"), queries_of("eva"))
    for number in (2, 3):
        make_speaker(f"s{number}", "Eva Roca", f"Sami {number}", ALCOI, cluster="X")
    assert (queries_of("sami"), queries_of("eva")) == one
