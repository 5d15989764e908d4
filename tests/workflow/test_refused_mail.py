"""The mail server refuses one address: that is shown as mail that came back, and everybody else's mail goes."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from smtplib import SMTPRecipientsRefused

import pytest
from django.conf import LazySettings
from pytest_django.asserts import assertContains, assertNotContains

from clusterxchange.foundation import clock
from clusterxchange.journeys.jobs import send_partnership_invitation
from clusterxchange.journeys.partnerships.operations import invite_officer
from clusterxchange.journeys.people.jobs import send_invitation
from clusterxchange.journeys.people.operations import invite_person
from clusterxchange.workflow.jobs import run_due, send_held, send_notice
from clusterxchange.workflow.models import MailPreferences, Notice, UndeliverableMail
from tests.bring import bring_application_to
from tests.cast import MONDAY, Cast, Person, signed_in
from tests.workflow.mail_server import MailServer, listening, port_of_silence

pytestmark = pytest.mark.django_db

NEXT_MORNING = MONDAY + timedelta(days=1)
REFUSED = {
    "ana@cast.example": "550 5.1.1 no such mailbox",
    "chiara@cast.example": "451 4.2.2 try again later",
}


@pytest.fixture(autouse=True)
def server(settings: LazySettings) -> Iterator[MailServer]:
    """A mail server that knows no Ana, and cannot take Chiara's mail now."""
    clock.set_clock(MONDAY)
    with listening(REFUSED) as found:
        settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
        settings.EMAIL_HOST, settings.EMAIL_PORT, settings.EMAIL_USE_TLS = "127.0.0.1", found.port, False
        yield found


def waits_for_the_morning(*people: Person) -> None:
    for person in people:
        MailPreferences.objects.create(account=person.account, is_digest=True, digest_hour=7)


def test_an_address_that_is_refused_keeps_nobody_elses_mail_and_counts_as_come_back(
    cast: Cast, server: MailServer
) -> None:
    waits_for_the_morning(cast.ana, cast.bram)
    bring_application_to(cast, cast.ana, "accepted", partnership=cast.loom, officer=cast.chiara.actor)
    bring_application_to(cast, cast.bram, "accepted", partnership=cast.selvedge, officer=cast.dov.actor)

    send_held(NEXT_MORNING)
    send_held(NEXT_MORNING + timedelta(minutes=1))

    assert server.taken == ["bram@cast.example"]
    row = UndeliverableMail.objects.get()
    assert (row.account, row.count, row.is_permanent) == (cast.ana.account, 1, True)
    assert row.reason == "550 5.1.1 no such mailbox"
    assertContains(signed_in(cast.chiara).get("/desk/"), "Mail to 1 person comes back")


def test_mail_that_is_refused_for_now_is_tried_again_and_does_not_count_as_come_back(
    cast: Cast, server: MailServer
) -> None:
    waits_for_the_morning(cast.chiara, cast.cosima)
    bring_application_to(cast, cast.ana, "submitted", partnership=cast.loom, officer=cast.chiara.actor)

    assert send_held(NEXT_MORNING) == 1
    assert server.taken == ["cosima@cast.example"]
    assert Notice.objects.get(account=cast.chiara.account).sent_at is None
    assert not UndeliverableMail.objects.exists()

    server.refused.clear()
    assert send_held(NEXT_MORNING + timedelta(minutes=1)) == 1
    assert server.taken == ["cosima@cast.example", "chiara@cast.example"]


def test_a_mail_sent_at_once_to_an_address_that_is_refused_counts_as_come_back(cast: Cast, server: MailServer) -> None:
    bring_application_to(cast, cast.ana, "accepted", partnership=cast.loom, officer=cast.chiara.actor)
    to_ana = Notice.objects.get(account=cast.ana.account)
    (to_chiara,) = Notice.objects.filter(account=cast.chiara.account)

    send_notice(to_ana.pk)
    with pytest.raises(SMTPRecipientsRefused):
        send_notice(to_chiara.pk)

    assert server.taken == []
    assert UndeliverableMail.objects.get().address == "ana@cast.example"
    to_ana.refresh_from_db()
    to_chiara.refresh_from_db()
    assert to_ana.sent_at is not None
    assert to_chiara.sent_at is None


def test_an_invitation_to_an_address_that_is_refused_is_shown_to_whoever_invited(
    cast: Cast, server: MailServer
) -> None:
    server.refused["nobody@cast.example"] = "550 5.1.1 no such mailbox"
    invitation = invite_officer(
        cast.loom,
        email="nobody@cast.example",
        roles=["contact_point"],
        language="en",
        actor=cast.cosima.actor,
        at=MONDAY,
    )

    send_partnership_invitation(invitation_id=invitation.pk)

    assert server.taken == []
    assert UndeliverableMail.objects.get().address == "nobody@cast.example"
    assertContains(signed_in(cast.cosima).get("/desk/undeliverable-mail/"), "nobody@cast.example")
    assertNotContains(signed_in(cast.dov).get("/desk/undeliverable-mail/"), "nobody@cast.example")


def test_an_invitation_to_speak_for_an_organisation_that_is_refused_counts_as_come_back(
    cast: Cast, server: MailServer
) -> None:
    server.refused["nobody@cast.example"] = "550 5.1.1 no such mailbox"
    assert cast.ana.organisation is not None
    invitation = invite_person(cast.ana.organisation, email="nobody@cast.example", actor=cast.ana.actor, at=MONDAY)

    send_invitation(invitation.pk)

    assert server.taken == []
    assert UndeliverableMail.objects.get().address == "nobody@cast.example"


def test_without_a_mail_server_the_minutes_work_is_done_and_the_mail_waits(
    cast: Cast, settings: LazySettings, tmp_path: Path
) -> None:
    waits_for_the_morning(cast.ana, cast.bram)
    bring_application_to(cast, cast.ana, "accepted", partnership=cast.loom, officer=cast.chiara.actor)
    bring_application_to(cast, cast.bram, "accepted", partnership=cast.selvedge, officer=cast.dov.actor)
    clock.set_clock(NEXT_MORNING)
    settings.DATA, settings.EMAIL_PORT = tmp_path, port_of_silence()

    run_due(0)

    assert (tmp_path / "anchors" / "2026-03-03.txt").exists()
    assert set(Notice.objects.filter(account=cast.ana.account).values_list("sent_at", flat=True)) == {None}
    assert not UndeliverableMail.objects.exists()
