"""One step on many registrations of the queue: shown first, one result for each, nothing twice."""

from datetime import timedelta

import pytest
from django.test import Client

from clusterxchange.phases.registration import operations
from clusterxchange.phases.registration.models import Application, Participation
from clusterxchange.workflow.models import Notice
from tests.bring import bring_application_to
from tests.cast import MONDAY, Cast, Person
from tests.phases.registration.conftest import checklist

PLACE = "/desk/together/"


def bring(cast: Cast, person: Person, step: str) -> Application:
    return bring_application_to(cast, person, step, partnership=cast.loom, officer=cast.chiara.actor)


@pytest.fixture
def two(cast: Cast) -> tuple[Application, Application]:
    """Two registrations under assessment; the checklist of the first is complete."""
    first, second = bring(cast, cast.ana, "opened"), bring(cast, cast.bram, "opened")
    later = MONDAY + timedelta(hours=3)
    operations.save_checklist(first, checklist=checklist(first), actor=cast.chiara.actor, at=later)
    return first, second


def signed_in(client: Client, person: Person) -> Client:
    client.force_login(person.account)
    return client


def picked(*applications: Application, **more: str) -> dict[str, object]:
    return {"pick": [str(one.reference) for one in applications], **more}


def test_what_is_complete_is_accepted_and_the_rest_is_told_why_not(
    cast: Cast, client: Client, two: tuple[Application, Application]
) -> None:
    browser = signed_in(client, cast.chiara)

    page = browser.post(PLACE, picked(*two, together="accept")).content.decode()
    assert "1 registration is ready; nothing has happened yet" in page
    assert "The saved checklist has lines that are not passed" in page
    assert not Participation.objects.exists()
    browser.post(PLACE, picked(*two, together="accept", confirmed="yes"))
    assert [one.organisation.legal_name for one in Participation.objects.all()] == ["Teixits Almarge, S.L."]
    again = browser.post(PLACE, picked(*two, together="accept", confirmed="yes")).content.decode()
    assert "0 registrations are done" in again
    assert Participation.objects.count() == 1


def test_whoever_ticks_nothing_is_told_to_and_keeps_the_filter(cast: Cast, client: Client) -> None:
    narrowed = "show=registrations&due=overdue"

    answer = signed_in(client, cast.chiara).post(f"{PLACE}?{narrowed}", {"together": "accept"}, follow=True)

    assert answer.redirect_chain == [(f"/desk/?{narrowed}", 302)]
    assert "Nothing was done. Tick the registrations that you mean, then try again." in answer.content.decode()


def test_the_same_questions_go_to_each(cast: Cast, client: Client, two: tuple[Application, Application]) -> None:
    browser = signed_in(client, cast.chiara)

    empty = browser.post(PLACE, picked(*two, together="ask", confirmed="yes", words=" "))
    assert (empty.status_code, 'data-error="questions_missing"' in empty.content.decode()) == (422, True)
    browser.post(PLACE, picked(*two, together="ask", confirmed="yes", words="Which dates suit you?"))
    assert {one.state for one in Application.objects.all()} == {"ON_HOLD"}
    assert {one.questions for one in Application.objects.all()} == {"Which dates suit you?"}


def test_applicants_are_reminded_with_words_of_ones_own(
    cast: Cast, client: Client, two: tuple[Application, Application]
) -> None:
    first, second = two
    operations.hold_application(first, questions="Which?", actor=cast.chiara.actor, at=MONDAY + timedelta(hours=4))
    browser = signed_in(client, cast.chiara)
    assert str(first.reference) in browser.get("/desk/?show=applicants").content.decode()

    page = browser.post(PLACE, picked(first, second, together="remind", confirmed="yes", words="It is quick.")).content
    assert b"1 registration is done" in page
    told = Notice.objects.get(action="remind_applicant")
    assert (told.account, told.params["letter"]) == (cast.ana.account, "It is quick.")


def test_registrations_of_another_partnership_are_not_found(
    cast: Cast, client: Client, two: tuple[Application, Application]
) -> None:
    answer = signed_in(client, cast.dov).post(PLACE, picked(*two, together="accept", confirmed="yes"))

    assert answer["Location"] == "/desk/?show=registrations"
    assert not Participation.objects.exists()


def test_nobody_without_an_office_is_offered_it(
    cast: Cast, client: Client, two: tuple[Application, Application]
) -> None:
    page = signed_in(client, cast.ana).post(PLACE, picked(*two, together="accept", confirmed="yes")).content.decode()

    assert "This step is somebody else" in page
    assert not Participation.objects.exists()
