"""What changed since somebody looked, and the two tracks of whoever visits and hosts."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from clusterxchange.access.actions import Action
from clusterxchange.foundation import clock
from clusterxchange.journeys.people import operations as people
from clusterxchange.phases.registration import operations as registration
from clusterxchange.phases.registration.models import Application
from clusterxchange.scheme.current import scheme_of_edition
from clusterxchange.workflow import engine, thread
from tests.bring import (
    answers,
    begin_story,
    bring_application_to,
    bring_exchange_to,
    bring_many_exchanges_to,
    bring_participation,
)
from tests.cast import MONDAY, Cast, Person

pytestmark = pytest.mark.django_db

NEWS = "What changed since you looked"


@pytest.fixture(autouse=True)
def clock_of_the_demonstration(db: None) -> None:  # noqa: ARG001 -- asks for the database
    """The morning of that first Monday."""
    clock.set_clock(MONDAY)


def desk_of(person: Person, address: str = "/desk/") -> str:
    client = Client()
    client.force_login(person.account)
    page = client.get(address)
    assert page.status_code == 200
    return page.content.decode()


def news_of(person: Person, address: str = "/desk/") -> str:
    found: str = desk_of(person, address).partition(NEWS)[2].partition("</section>")[0]
    return found


def later(**delta: int) -> None:
    clock.set_clock(clock.now() + timedelta(**delta))


def test_the_first_look_brings_no_news_and_the_next_one_what_others_did_in_between(cast: Cast) -> None:
    application = bring_application_to(cast, cast.ana, "submitted", partnership=cast.loom, officer=cast.chiara.actor)
    assert not news_of(cast.ana)
    registration.open_application(application, actor=cast.chiara.actor, at=MONDAY + timedelta(hours=2))
    later(hours=3)

    news = news_of(cast.ana)

    assert f'data-ref="{application.reference}"' in news
    assert "LOOM" in news
    # What she did herself is no news, and what the contact point did is none to the contact point.
    assert "submitted the registration" not in news
    desk_of(cast.chiara)
    later(hours=3)
    assert not news_of(cast.chiara)


def test_news_stays_through_one_visit_and_is_gone_at_the_next(cast: Cast) -> None:
    application = bring_application_to(cast, cast.ana, "submitted", partnership=cast.loom, officer=cast.chiara.actor)
    desk_of(cast.ana)
    registration.open_application(application, actor=cast.chiara.actor, at=MONDAY + timedelta(hours=2))
    later(hours=3)
    assert news_of(cast.ana)
    later(minutes=29)
    assert news_of(cast.ana)
    later(minutes=30)
    assert not news_of(cast.ana)


def test_news_tells_only_of_cases_and_things_that_the_reader_may_see(cast: Cast) -> None:
    story = bring_exchange_to(cast, "ended")
    for person in (cast.bram, cast.zoe, cast.dov, cast.edda, cast.nuno):
        desk_of(person)
    story.tell("released")
    clock.set_clock(story.at + timedelta(hours=1))

    assert "report" in news_of(cast.bram)
    for word in ("payment", "evidence"):
        assert word not in news_of(cast.bram)
        assert word not in news_of(cast.dov)
    assert "payment" in news_of(cast.edda)
    assert not news_of(cast.zoe)
    assert not news_of(cast.nuno)


def test_a_message_is_news_and_leads_to_the_conversation_for_those_who_may_write_there(cast: Cast) -> None:
    application = bring_application_to(cast, cast.ana, "submitted", partnership=cast.loom, officer=cast.chiara.actor)
    for person in (cast.ana, cast.edda, cast.aurel):
        desk_of(person)
    thread.say_something(application, text="Call me.", actor=cast.chiara.actor, at=MONDAY + timedelta(hours=2))
    later(hours=3)

    for reader in (cast.ana, cast.edda):
        assert "LOOM wrote a message" in news_of(reader)
        assert f'href="/registration/applications/{application.reference}/#thread"' in news_of(reader)
        assert "Call me." not in news_of(reader)
    assert "wrote a message" not in news_of(cast.aurel)


def test_where_more_has_happened_than_is_read_the_desk_does_not_pretend_to_list_all(cast: Cast) -> None:
    application = bring_application_to(cast, cast.ana, "submitted", partnership=cast.loom, officer=cast.chiara.actor)
    desk_of(cast.edda)
    at = MONDAY + timedelta(hours=2)
    with engine.unit_of_work(cast.chiara.actor, at):
        for _time in range(200):
            engine.record(application, Action.REMIND_APPLICANT, actor=cast.chiara.actor, at=at)
    later(hours=3)

    assert "Much has happened: more cases may have changed than stand here." in news_of(cast.edda)


def test_looking_at_one_organisation_leaves_the_news_of_the_other_one_for_later(cast: Cast) -> None:
    assert cast.ana.organisation is not None
    assert cast.zoe.organisation is not None
    invitation = people.invite_person(
        cast.zoe.organisation, email=cast.ana.account.email, actor=cast.zoe.actor, at=MONDAY
    )
    people.accept_invitation(invitation, position="Buyer", actor=cast.ana.actor, at=MONDAY)
    bring_application_to(cast, cast.ana, "submitted", partnership=cast.loom, officer=cast.chiara.actor)
    theirs = bring_application_to(cast, cast.zoe, "submitted", partnership=cast.loom, officer=cast.chiara.actor)
    desk_of(cast.ana)
    registration.open_application(theirs, actor=cast.chiara.actor, at=MONDAY + timedelta(hours=2))
    only_almarge = f"/desk/?organisation={cast.ana.organisation.reference}"
    later(hours=3)

    assert not news_of(cast.ana, only_almarge)
    later(hours=3)
    assert not news_of(cast.ana, only_almarge)
    assert f'data-ref="{theirs.reference}"' in news_of(cast.ana)


@pytest.mark.timeout(300)
def test_the_queue_asks_as_often_for_news_of_one_case_as_of_three(cast: Cast) -> None:
    stories = bring_many_exchanges_to(cast, "ended", 3)
    client = Client()
    client.force_login(cast.chiara.account)
    clock.set_clock(max(story.at for story in stories))
    client.get("/desk/")
    counts = []
    for told in (stories[:1], stories):
        for story in told:
            story.tell("reported" if len(told) == 1 else "due")
        clock.set_clock(max(clock.now(), *(story.at for story in stories)) + timedelta(hours=1))
        with CaptureQueriesContext(connection) as counted:
            page = client.get("/desk/").content.decode()
        assert page.partition(NEWS)[2].partition("</section>")[0].count("data-ref=") == len(told)
        counts.append(len(counted))
    # The second time things wait for others as well, which is asked of anew; not once for each case.
    assert counts[1] - counts[0] <= 2, counts


def test_whoever_visits_and_hosts_sees_two_tracks_side_by_side(cast: Cast) -> None:
    bring_participation(cast, cast.ana, partnership=cast.loom, officer=cast.chiara.actor, role="visit")
    assert "As visiting organisation" not in desk_of(cast.ana)
    second = registration.start_application(
        organisation=cast.ana.organisation, actor=cast.ana.actor, at=MONDAY + timedelta(days=1)
    )
    registration.edit_application(
        second, answers=answers(cast.loom, "host"), actor=cast.ana.actor, at=MONDAY + timedelta(days=1)
    )
    registration.submit_application(
        second, declares_true=True, declares_first_visit=True, declares_no_double_funding=True, declares_privacy=True,
        actor=cast.ana.actor, at=MONDAY + timedelta(days=1),
    )  # fmt: skip
    accept(cast, second)
    later(days=3)

    page = desk_of(cast.ana)

    assert page.count('<ol class="stepper"') == 2
    assert page.index("As visiting organisation") < page.index("As host organisation")


def accept(cast: Cast, application: Application) -> None:
    at = MONDAY + timedelta(days=2)
    registration.open_application(application, actor=cast.chiara.actor, at=at)
    checklist = {
        item.code: {"answer": "pass", "comment": ""} for item in scheme_of_edition(cast.edition.pk, at).checklist
    }
    registration.accept_application(
        application, checklist=checklist, decisions={"host": "accepted"}, actor=cast.chiara.actor, at=at
    )


def test_a_participant_without_a_partner_has_the_search_as_their_task(cast: Cast) -> None:
    begin_story(cast)
    page = desk_of(cast.ana).partition("What you must do")[2].partition("</section>")[0]
    assert 'href="/matching/best/"' in page
    assert "Look for a partner and send a proposal" in page
