"""The outbox: what goes out in a partnership's name can be read, changed and kept back before it goes."""

from datetime import timedelta

import pytest
from django.core import mail
from django.test import Client
from pytest_django.asserts import assertContains, assertNotContains

from clusterxchange.foundation import clock
from clusterxchange.phases.registration import operations as registration
from clusterxchange.phases.registration.models import Application
from clusterxchange.workflow.jobs import send_held, send_notice
from clusterxchange.workflow.models import Entry, MailPreferences, Notice, Outbox
from tests.bring import bring_application_to
from tests.cast import MONDAY, Cast, Person, signed_in

pytestmark = pytest.mark.django_db

PAGE = "/partnerships/loom/own/outbox/"
ASKED = MONDAY + timedelta(hours=2)


@pytest.fixture
def waiting(cast: Cast) -> Notice:
    """LOOM wants to see its mails an hour before they go; Chiara has asked Ana for more."""
    clock.set_clock(MONDAY)
    assert signed_in(cast.cosima).post(f"{PAGE}keep-outbox/", {"minutes": "60"}).status_code == 302
    application = ask(cast)
    clock.set_clock(ASKED)
    return Notice.objects.get(account=cast.ana.account, asked="resubmit_application", reference=application.reference)


def ask(cast: Cast) -> Application:
    application = bring_application_to(cast, cast.ana, "opened", partnership=cast.loom, officer=cast.chiara.actor)
    registration.hold_application(application, questions="Which loom?", actor=cast.chiara.actor, at=ASKED)
    return application


def mails_to(person: Person) -> list[str]:
    return [str(one.body) for one in mail.outbox if one.to == [person.account.email]]


def test_without_an_outbox_mails_go_at_once(cast: Cast) -> None:
    ask(cast)
    assert not Notice.objects.exclude(held_until=None).exists()


def test_a_mail_waits_for_its_hour_and_then_goes_once(cast: Cast, waiting: Notice) -> None:
    assert waiting.held_until == ASKED + timedelta(hours=1)
    assert send_held(ASKED + timedelta(minutes=59)) == 0
    send_held(ASKED + timedelta(minutes=60))
    send_held(ASKED + timedelta(minutes=61))
    assert len(mails_to(cast.ana)) == 1


def test_a_contact_point_changes_a_mail_keeps_it_back_and_sends_it(cast: Cast, waiting: Notice) -> None:
    chiara, address = signed_in(cast.chiara), f"{PAGE}{waiting.pk}/edit-mail/"
    assertContains(chiara.get(PAGE), "To Ana Sorribes")
    assertContains(chiara.get(address), "Keep it so")
    chiara.post(address, {"letter": "Call me, it is quicker.", "when": "keep"})
    assertContains(chiara.get(PAGE), "Kept back")
    assert send_held(ASKED + timedelta(days=30)) == 0

    chiara.post(address, {"letter": "Call me before ten.", "when": "now"})
    send_notice(waiting.pk)

    (text,) = mails_to(cast.ana)
    assert "Call me before ten." in text
    assertNotContains(chiara.get(PAGE), "To Ana Sorribes")
    assert chiara.post(address, {"letter": "Too late", "when": "now"}).status_code == 404
    assert Entry.objects.filter(action="edit_mail").count() == 2


def test_a_mail_kept_back_stands_on_the_queue_of_its_partnership_until_it_is_sent(cast: Cast, waiting: Notice) -> None:
    chiara, address = signed_in(cast.chiara), f"{PAGE}{waiting.pk}/edit-mail/"
    notice = "1 mail is kept back until somebody of you sends it"
    assertNotContains(chiara.get("/desk/"), "kept back")

    chiara.post(address, {"letter": "", "when": "keep"})

    for person in (cast.chiara, cast.cosima):
        assertContains(signed_in(person).get("/desk/"), f'<a href="{PAGE}">{notice}</a>')
    for person in (cast.dov, cast.edda, cast.ana):
        assertNotContains(signed_in(person).get("/desk/"), "kept back")
    chiara.post(address, {"letter": "", "when": "now"})
    send_notice(waiting.pk)
    assertNotContains(chiara.get("/desk/"), "kept back")


def test_a_mail_kept_back_has_no_planned_time_any_more(cast: Cast, waiting: Notice) -> None:
    chiara, address = signed_in(cast.chiara), f"{PAGE}{waiting.pk}/edit-mail/"
    assertContains(chiara.get(address), "At the time planned")
    chiara.post(address, {"letter": "", "when": "keep"})
    assertNotContains(chiara.get(address), "At the time planned")

    assert chiara.post(address, {"letter": "", "when": "planned"}).status_code == 422

    assert send_held(ASKED + timedelta(days=30)) == 0


def test_a_mail_sent_now_still_waits_for_the_hour_that_its_reader_chose(cast: Cast, waiting: Notice) -> None:
    # Ten in the morning in London, eleven in Brussels, and no mail to Ana before six in the evening there.
    MailPreferences.objects.create(account=cast.ana.account, quiet_from=9, quiet_until=18)

    answer = signed_in(cast.chiara).post(f"{PAGE}{waiting.pk}/edit-mail/", {"letter": "", "when": "now"}, follow=True)

    assertContains(answer, "The mail goes as soon as its reader wants to get mail.")
    evening = MONDAY.replace(hour=17)
    waiting.refresh_from_db()
    assert waiting.held_until == evening
    assert send_held(evening - timedelta(minutes=1)) == 0
    assert send_held(evening) == 1
    assert len(mails_to(cast.ana)) == 1


def test_an_answer_that_is_missing_comes_back_with_what_was_typed(cast: Cast, waiting: Notice) -> None:
    answer = signed_in(cast.chiara).post(f"{PAGE}{waiting.pk}/edit-mail/", {"letter": "Call me."})
    assertContains(answer, "Call me.", status_code=422)
    assert signed_in(cast.cosima).post(f"{PAGE}keep-outbox/", {"minutes": "7"}).status_code == 422


def test_the_outbox_is_for_the_partnerships_own_people_and_its_time_for_the_coordinator(
    cast: Cast, waiting: Notice, client: Client
) -> None:
    for person in (cast.dov, cast.ana, cast.edda, cast.zoe):
        assert signed_in(person).get(PAGE).status_code == 403
        assert signed_in(person).post(f"{PAGE}{waiting.pk}/edit-mail/", {"when": "keep"}).status_code == 403
    assert signed_in(cast.chiara).post(f"{PAGE}keep-outbox/", {"minutes": "0"}).status_code == 403
    assert client.get(PAGE)["Location"].startswith("/sign-in/")
    signed_in(cast.cosima).post(f"{PAGE}keep-outbox/", {"minutes": "0"})
    assert not Outbox.objects.exists()


def test_whoever_looks_over_a_mail_is_not_shown_the_link_that_lets_its_reader_in(cast: Cast) -> None:
    clock.set_clock(MONDAY)
    signed_in(cast.cosima).post(f"{PAGE}keep-outbox/", {"minutes": "60"})
    chiara = signed_in(cast.chiara)
    typed = {
        "email": "maura@hand.example",
        "first_name": "Maura",
        "last_name": "Sabater",
        "legal_name": "Filats Sabater",
    }
    chiara.post(
        "/registration/for-somebody/", {**typed, "role": "visit", "language": "en", "partnership": cast.loom.pk}
    )
    invitation = Notice.objects.get(account__email="maura@hand.example")
    assert invitation.path.startswith("/registration/invitations/")

    page = chiara.get(f"{PAGE}{invitation.pk}/edit-mail/")

    assertContains(page, "[Here stands the link of the reader.]")
    assertNotContains(page, "/registration/invitations/")
    send_held(MONDAY + timedelta(hours=2))
    (sent,) = [str(one.body) for one in mail.outbox if one.to == ["maura@hand.example"]]
    assert invitation.path in sent
