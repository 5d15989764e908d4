"""Whoever is new finds on their desk what to set up once, and is left alone when it is done or put away."""

from datetime import timedelta

import pytest
from django.test import Client

from clusterxchange.foundation import clock
from clusterxchange.foundation.models import BackupRecord
from clusterxchange.journeys.first_steps import first_steps_of
from clusterxchange.phases.finalisation.banking import operations as banking
from tests.bring import bring_application_to
from tests.cast import MONDAY, Cast, Person, make_officer, signed_in

pytestmark = pytest.mark.django_db

REGISTRATION = "Hand in the registration of your organisation"
COLLEAGUE = "Invite a colleague, so that nothing waits while you are away"
MAILS = "Choose which mails come, and when"
CALENDAR = "Put the deadlines into your calendar"


@pytest.fixture(autouse=True)
def clock_of_the_demonstration(db: None) -> None:  # noqa: ARG001 -- asks for the database
    """That first Monday."""
    clock.set_clock(MONDAY)


def steps_of(person: Person) -> dict[str, bool]:
    return {one.title: one.is_done for one in first_steps_of(person.actor, MONDAY)}


def test_a_newcomer_sees_what_to_set_up_and_what_is_done_already(cast: Cast) -> None:
    assert steps_of(cast.nuno) == {REGISTRATION: False, MAILS: False, CALENDAR: False}
    assert steps_of(cast.ana) == {REGISTRATION: False, COLLEAGUE: False, MAILS: False, CALENDAR: False}

    bring_application_to(cast, cast.ana, "submitted", partnership=cast.loom, officer=cast.chiara.actor)
    ana = signed_in(cast.ana)
    ana.post("/desk/preferences/keep-mail-preferences/", {"wants_news": "on", "digest_hour": "8"})

    assert steps_of(cast.ana) == {REGISTRATION: True, COLLEAGUE: False, MAILS: True, CALENDAR: False}
    page = ana.get("/desk/").content.decode()
    assert cast.ana.organisation is not None
    assert page.count('data-state="half">Still to do') == 2
    assert f'<a href="/organisations/{cast.ana.organisation.reference}/">{COLLEAGUE}</a>' in page


def test_the_list_goes_when_it_is_put_away_and_the_preferences_bring_it_back(cast: Cast) -> None:
    nuno = signed_in(cast.nuno)
    assert "First steps" in nuno.get("/desk/").content.decode()

    assert nuno.post("/desk/put-first-steps-away/")["Location"] == "/desk/"
    assert "First steps</h2>" not in nuno.get("/desk/").content.decode()
    assert "First steps</h2>" in signed_in(cast.ana).get("/desk/").content.decode()

    nuno.post("/desk/preferences/", {"uses_keys": "on", "shows_first_steps": "on"})
    assert "First steps</h2>" in nuno.get("/desk/").content.decode()


def test_the_list_goes_by_itself_once_all_is_done(cast: Cast) -> None:
    dov = signed_in(cast.dov)
    assert steps_of(cast.dov) == {MAILS: False, CALENDAR: False}
    dov.post("/desk/preferences/keep-mail-preferences/", {"digest_hour": "8"})
    assert "First steps</h2>" in dov.get("/desk/").content.decode()
    dov.post("/desk/calendar/make-calendar-feed/", {"partnership": ""})
    assert steps_of(cast.dov) == {}
    assert "First steps</h2>" not in dov.get("/desk/").content.decode()


def test_a_coordinator_sets_up_profile_people_and_account_of_the_partnership(cast: Cast) -> None:
    profile = "Say what LOOM is for: origin, objectives, expected results"
    people = "Name two people for payments: one orders, another one releases"
    account = "Give the account from which LOOM pays"
    # Chiara orders, Cosima releases: these two are there already.
    assert steps_of(cast.cosima) == {profile: False, people: True, account: False, MAILS: False, CALENDAR: False}

    banking.give_paying_account(
        cast.loom, account_holder="LOOM", iban="ES9121000418450200051332", bic="", actor=cast.cosima.actor, at=MONDAY
    )
    cast.loom.origin, cast.loom.objectives, cast.loom.expected_results = "Mills", "Looms that last", "Twenty visits"
    cast.loom.save()

    assert steps_of(cast.cosima) == {profile: True, people: True, account: True, MAILS: False, CALENDAR: False}
    alone = make_officer("rita", "Rita", "Solberg", cast.selvedge, "coordinator")
    cast.selvedge.people.filter(account=cast.dov.account).delete()
    assert steps_of(alone)[people] is False


def test_the_support_office_has_a_second_person_and_a_backup_that_was_tried(cast: Cast) -> None:
    second = "Have a second person in the support office: changed rules need two"
    drill = "See that a backup has been restored on trial this month"
    assert steps_of(cast.edda) == {second: False, drill: False, MAILS: False, CALENDAR: False}

    cast.aurel.account.is_support_office = True
    cast.aurel.account.save()
    kept = BackupRecord.objects.create(
        kind="DRILL", at=MONDAY - timedelta(days=31), holds=True, rows=1, files=1, size=1, seconds=1
    )
    assert steps_of(cast.edda)[second] is True
    assert steps_of(cast.edda)[drill] is False
    BackupRecord.objects.filter(pk=kept.pk).update(at=MONDAY - timedelta(days=30))
    assert steps_of(cast.edda)[drill] is True
    assert "First steps</h2>" in signed_in(cast.edda).get("/desk/").content.decode()


def test_nobody_is_led_to_the_sign_in_page(client: Client) -> None:
    assert client.post("/desk/put-first-steps-away/")["Location"].startswith("/sign-in/")
