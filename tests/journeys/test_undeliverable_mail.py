"""Mail that came back is shown to the person themself and to whoever looks after them now."""

from datetime import timedelta

import pytest
from allauth.account.models import EmailAddress
from pytest_django.asserts import assertContains, assertNotContains

from clusterxchange.access.capacities import HP
from clusterxchange.foundation import clock
from clusterxchange.journeys.people import operations as people
from clusterxchange.journeys.support_office.partnerships import reassign_case
from clusterxchange.journeys.undeliverable_mail import undeliverable_for
from clusterxchange.phases.registration import operations as registration
from clusterxchange.workflow.undeliverable import note_bounce
from tests.bring import bring_application_to, bring_exchange_to, bring_participation
from tests.cast import MONDAY, Cast, Person, signed_in

pytestmark = pytest.mark.django_db

LATER = MONDAY + timedelta(days=1)
PAGE = "/desk/undeliverable-mail/"


@pytest.fixture(autouse=True)
def clock_of_the_demonstration(db: None) -> None:  # noqa: ARG001 -- asks for the database
    """That first Monday."""
    clock.set_clock(MONDAY)


def comes_back(person: Person) -> None:
    note_bounce(person.account.email, reason="mailbox full", is_permanent=False, at=MONDAY)


def seen_by(person: Person) -> list[str]:
    return [one.address for one in undeliverable_for(person.actor)]


def test_after_a_move_the_new_partnership_sees_it_and_the_old_one_no_more(cast: Cast) -> None:
    visit = bring_participation(cast, cast.ana, partnership=cast.loom, officer=cast.chiara.actor, role="visit")
    comes_back(cast.ana)
    assert (seen_by(cast.chiara), seen_by(cast.dov)) == (["ana@cast.example"], [])

    reassign_case(visit, partnership=cast.selvedge, reason="Nearer to her.", actor=cast.edda.actor, at=LATER)

    assert (seen_by(cast.chiara), seen_by(cast.dov)) == ([], ["ana@cast.example"])
    assertContains(signed_in(cast.dov).get("/desk/"), "Mail to 1 person comes back")
    assertNotContains(signed_in(cast.chiara).get("/desk/"), "comes back")


def test_whoever_takes_over_one_side_of_an_exchange_sees_it_too(cast: Cast) -> None:
    story = bring_exchange_to(cast, "matched")
    comes_back(cast.bram)
    assert seen_by(cast.chiara) == []

    reassign_case(
        story.exchange, partnership=cast.loom, side=HP, reason="SELVEDGE asks.", actor=cast.edda.actor, at=story.at
    )

    assert seen_by(cast.chiara) == ["bram@cast.example"]


def test_a_partnership_sees_it_from_the_submission_until_the_withdrawal(cast: Cast) -> None:
    comes_back(cast.ana)
    draft = bring_application_to(cast, cast.ana, "submitted", partnership=cast.loom, officer=cast.chiara.actor)
    assert seen_by(cast.chiara) == ["ana@cast.example"]

    registration.withdraw_application(draft, actor=cast.ana.actor, at=LATER)

    assert seen_by(cast.chiara) == []


def test_it_is_no_matter_of_the_partnership_once_the_person_speaks_for_the_organisation_no_more(cast: Cast) -> None:
    comes_back(cast.ana)
    draft = bring_application_to(cast, cast.ana, "submitted", partnership=cast.loom, officer=cast.chiara.actor)
    registration.withdraw_application(draft, actor=cast.ana.actor, at=LATER)
    assert cast.ana.organisation is not None
    people.leave_organisation(cast.ana.organisation, actor=cast.ana.actor, at=LATER)

    assert seen_by(cast.chiara) == []
    assert seen_by(cast.edda) == ["ana@cast.example"]


def test_the_person_themself_is_told_on_their_desk_until_their_address_is_another(cast: Cast) -> None:
    comes_back(cast.ana)
    ana = signed_in(cast.ana)

    assertContains(ana.get("/desk/"), "Mail to your address comes back")
    page = ana.get(PAGE)
    assertContains(page, "Let your mailbox take mail again, or give another address")
    assertContains(page, "Change your e-mail address")
    assertNotContains(page, "Ask these people by phone")
    assertNotContains(signed_in(cast.zoe).get("/desk/"), "comes back")

    another = EmailAddress.objects.create(user=cast.ana.account, email="ana@mill.example", verified=True)
    another.set_as_primary()
    assertNotContains(signed_in(cast.ana).get("/desk/"), "comes back")
