"""Quiet hours, one mail a day, what is not wanted, mail that came back, and calendars at secret addresses."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.conf import LazySettings
from django.core import mail
from django.test import Client
from icalendar import Calendar
from pytest_django.asserts import assertContains, assertNotContains

from clusterxchange.foundation import clock
from clusterxchange.phases.registration import operations as registration
from clusterxchange.workflow.deadlines import run_due
from clusterxchange.workflow.jobs import send_held, send_notice
from clusterxchange.workflow.mail_times import held_until
from clusterxchange.workflow.models import CalendarFeed, MailPreferences, Notice, UndeliverableMail
from tests.bring import bring_application_to, bring_exchange_to
from tests.cast import MONDAY, Cast, signed_in

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def clock_of_the_demonstration(db: None) -> None:  # noqa: ARG001 -- asks for the database
    """That first Monday."""
    clock.set_clock(MONDAY)


def hour(number: int, day: int = 2) -> datetime:
    """Give an hour of Brussels in March, where the winter time is one hour ahead of UTC."""
    return datetime(2026, 3, day, tzinfo=UTC) + timedelta(hours=number - 1)


@pytest.mark.parametrize(
    ("wishes", "at", "goes"),
    [
        ({}, hour(12), None),
        ({"quiet_from": 22, "quiet_until": 7}, hour(12), None),
        ({"quiet_from": 22, "quiet_until": 7}, hour(23), hour(7, 3)),
        ({"quiet_from": 22, "quiet_until": 7}, hour(3), hour(7)),
        ({"quiet_from": 22, "quiet_until": 7}, hour(7), None),
        ({"quiet_from": 9, "quiet_until": 17}, hour(12), hour(17)),
        ({"quiet_from": 9, "quiet_until": 17}, hour(18), None),
        ({"is_digest": True, "digest_hour": 7}, hour(12), hour(7, 3)),
        ({"is_digest": True, "digest_hour": 18}, hour(12), hour(18)),
        ({"is_digest": True, "digest_hour": 6, "quiet_from": 22, "quiet_until": 8}, hour(12), hour(8, 3)),
    ],
)
def test_a_mail_waits_for_the_hour_that_its_reader_chose(
    wishes: dict[str, int], at: datetime, goes: datetime | None
) -> None:
    assert held_until(MailPreferences(**wishes), at) == goes


def test_one_mail_a_day_holds_everything_and_goes_once(cast: Cast) -> None:
    MailPreferences.objects.create(account=cast.ana.account, is_digest=True, digest_hour=18)
    application = bring_application_to(cast, cast.ana, "opened", partnership=cast.loom, officer=cast.chiara.actor)
    at = MONDAY + timedelta(hours=2)
    registration.hold_application(application, questions="Which loom?", actor=cast.chiara.actor, at=at)
    registration.resubmit_application(application, answers=["The wide one."], actor=cast.ana.actor, at=at)
    registration.open_application(application, actor=cast.chiara.actor, at=at)
    registration.hold_application(application, questions="Which yarn?", actor=cast.chiara.actor, at=at)
    assert Notice.objects.filter(account=cast.ana.account, held_until=hour(18)).count() == 2
    mail.outbox.clear()

    assert send_held(hour(17)) == 0
    assert send_held(hour(18)) == 1
    assert send_held(hour(18)) == 0

    (sent,) = [one for one in mail.outbox if one.to == [cast.ana.account.email]]
    assert sent.subject == "2 things in your cases"
    assert "Which loom?" not in sent.subject
    assert str(sent.body).count(f"/registration/applications/{application.reference}/") == 2


def test_what_has_waited_until_it_was_done_is_not_asked_for_any_more(cast: Cast) -> None:
    for person in (cast.chiara, cast.cosima):
        MailPreferences.objects.create(account=person.account, quiet_from=0, quiet_until=18)
    application = bring_application_to(cast, cast.ana, "submitted", partnership=cast.loom, officer=cast.chiara.actor)
    registration.open_application(application, actor=cast.chiara.actor, at=MONDAY + timedelta(hours=2))
    mail.outbox.clear()

    send_held(hour(18))

    # Chiara has opened it herself; what is Cosima's turn now is the assessment.
    assert [(one.to, one.subject) for one in mail.outbox] == [
        (
            [cast.cosima.account.email],
            f"Your turn: Decide on the registration of Teixits Almarge, S.L. ({application.reference})",
        )
    ]
    assert not Notice.objects.filter(account__in=[cast.chiara.account, cast.cosima.account], sent_at=None).exists()


def test_a_reminder_that_has_waited_until_the_thing_was_done_is_not_sent(cast: Cast) -> None:
    application = bring_application_to(cast, cast.ana, "submitted", partnership=cast.loom, officer=cast.chiara.actor)
    # scheme.md section 10: the assessment is reminded of after 7 working days, here on Wednesday of the week after.
    reminded = hour(1, 12)
    MailPreferences.objects.create(account=cast.chiara.account, quiet_from=0, quiet_until=18)
    run_due(reminded)
    reminders = Notice.objects.filter(topic=Notice.Topic.REMINDER, account=cast.chiara.account)
    assert reminders.count() == 1
    registration.open_application(application, actor=cast.chiara.actor, at=reminded)
    mail.outbox.clear()

    send_held(hour(18, 12))

    assert mail.outbox == []
    assert not reminders.exists()


def test_a_letter_that_has_waited_comes_even_where_what_it_asks_for_is_done(cast: Cast) -> None:
    MailPreferences.objects.create(account=cast.ana.account, quiet_from=0, quiet_until=18)
    application = bring_application_to(cast, cast.ana, "opened", partnership=cast.loom, officer=cast.chiara.actor)
    at = MONDAY + timedelta(hours=2)
    registration.hold_application(
        application, questions="Which loom?", letter="I liked your plan.", actor=cast.chiara.actor, at=at
    )
    registration.resubmit_application(application, answers=["The wide one."], actor=cast.ana.actor, at=at)
    mail.outbox.clear()

    send_held(hour(18))

    (sent,) = mail.outbox
    assert "I liked your plan." in str(sent.body)


def test_one_mail_a_day_says_of_each_thing_by_when_and_who_chose_it_so(cast: Cast) -> None:
    MailPreferences.objects.create(account=cast.chiara.account, is_digest=True, digest_hour=18)
    MailPreferences.objects.create(account=cast.cosima.account, quiet_from=0, quiet_until=18)
    for person in (cast.ana, cast.zoe):
        bring_application_to(cast, person, "submitted", partnership=cast.loom, officer=cast.chiara.actor)
    mail.outbox.clear()

    assert send_held(hour(18)) == 2

    texts = {one.to[0]: str(one.body) for one in mail.outbox}
    # scheme.md section 10: assessed within 15 working days after the submission on Monday, 2 March.
    for text in texts.values():
        assert text.count("The last day for it is 23 March 2026.") == 2
    chosen = "You chose to get one mail a day."
    assert chosen in texts["chiara@cast.example"]
    assert chosen not in texts["cosima@cast.example"]
    assert "You get this mail because you take part in an exchange or look after one." in texts["cosima@cast.example"]


def test_what_must_be_done_comes_and_what_is_not_wanted_does_not(cast: Cast) -> None:
    MailPreferences.objects.create(account=cast.bram.account, wants_news=False, wants_messages=False)
    MailPreferences.objects.create(account=cast.ana.account)
    story = bring_exchange_to(cast, "ready", at_once=False)
    topics = set(Notice.objects.filter(account=cast.bram.account).values_list("topic", flat=True))
    assert topics == {Notice.Topic.YOUR_TURN}
    assert Notice.Topic.HAPPENED in set(Notice.objects.filter(account=cast.ana.account).values_list("topic", flat=True))
    assert story.exchange.state == "READY"


def test_a_held_mail_is_not_sent_by_a_job_that_was_left_over(cast: Cast) -> None:
    MailPreferences.objects.create(account=cast.chiara.account, quiet_from=0, quiet_until=18)
    bring_application_to(cast, cast.ana, "submitted", partnership=cast.loom, officer=cast.chiara.actor)
    notice = Notice.objects.get(account=cast.chiara.account)
    send_held(hour(18))
    mail.outbox.clear()
    send_notice(notice.pk)
    assert mail.outbox == []


def test_whoever_chooses_an_hour_is_told_in_which_place_it_is_that_hour(cast: Cast) -> None:
    page = signed_in(cast.ana).get("/desk/preferences/")
    for label in ("When the one mail goes", "No mail from", "No mail until"):
        assertContains(page, f"{label} (Brussels time)")


def test_a_person_keeps_what_they_like_and_a_half_answer_comes_back(cast: Cast) -> None:
    ana = signed_in(cast.ana)
    address = "/desk/preferences/keep-mail-preferences/"
    half = ana.post(address, {"digest_hour": "7", "quiet_from": "22", "quiet_until": "", "is_digest": "on"})
    assert half.status_code == 422
    assertContains(half, 'id="id_quiet_until_error"', status_code=422)
    assertContains(half, '<option value="22" selected>', status_code=422)
    assert not MailPreferences.objects.exists()
    assert ana.post(address, {"digest_hour": "25"}).status_code == 422
    kept = {"digest_hour": "8", "quiet_from": "22", "quiet_until": "7", "wants_messages": "on"}
    assert ana.post(address, kept).status_code == 302
    row = MailPreferences.objects.get(account=cast.ana.account)
    assert (row.wants_news, row.wants_messages, row.is_digest, row.digest_hour) == (False, True, False, 8)
    assert (row.quiet_from, row.quiet_until) == (22, 7)


def test_mail_that_came_back_is_told_by_the_server_and_shown_to_whoever_can_act(
    cast: Cast, client: Client, settings: LazySettings
) -> None:
    bring_application_to(cast, cast.ana, "submitted", partnership=cast.loom, officer=cast.chiara.actor)
    told = {"address": "Ana@cast.example", "reason": "mailbox full", "permanent": False}
    as_json = "application/json"
    assert client.post("/mail/bounces/", told, content_type=as_json).status_code == 404
    settings.BOUNCE_TOKEN = "the token of the mail server"
    right = {"authorization": "Bearer the token of the mail server"}
    assert (
        client.post("/mail/bounces/", told, content_type=as_json, headers={"authorization": "Bearer x"}).status_code
        == 404
    )
    assert client.post("/mail/bounces/", {"address": "no"}, content_type=as_json, headers=right).status_code == 422
    assert client.post("/mail/bounces/", "{", content_type=as_json, headers=right).status_code == 422
    for _time in range(2):
        assert client.post("/mail/bounces/", told, content_type=as_json, headers=right).status_code == 200
    row = UndeliverableMail.objects.get()
    assert (row.address, row.account, row.count, row.is_permanent) == ("ana@cast.example", cast.ana.account, 2, False)

    for person in (cast.chiara, cast.cosima, cast.edda):
        assertContains(signed_in(person).get("/desk/"), "Mail to 1 person comes back")
        assertContains(signed_in(person).get("/desk/undeliverable-mail/"), "2 mails since 2 March 2026: mailbox full")
    for person in (cast.dov, cast.bram, cast.zoe):
        assertNotContains(signed_in(person).get("/desk/undeliverable-mail/"), "ana@cast.example")
        assert signed_in(person).post(f"/desk/undeliverable-mail/{row.pk}/clear-bounce/").status_code == 404
    signed_in(cast.chiara).post(f"/desk/undeliverable-mail/{row.pk}/clear-bounce/")
    assert not UndeliverableMail.objects.exists()


def days_of(content: bytes) -> dict[str, tuple[str, str]]:
    """Give begin and end of each entry of a calendar, by its title."""
    events: list[Any] = Calendar.from_ical(content).walk("VEVENT")
    return {str(one["summary"]): (one["dtstart"].dt.isoformat(), one["dtend"].dt.isoformat()) for one in events}


def test_a_calendar_reads_what_is_due_and_the_stays_of_whoever_made_its_address(cast: Cast, client: Client) -> None:
    story = bring_exchange_to(cast, "ready")
    clock.set_clock(story.at)
    signed_in(cast.ana).post("/desk/calendar/make-calendar-feed/")
    feed = CalendarFeed.objects.get()
    answer = client.get(f"/calendar/{feed.token}.ics")
    assert answer["Content-Type"].startswith("text/calendar")
    days = days_of(answer.content)
    # Both days of the stay count: the end of an entry of whole days is the day after.
    assert days["Teixits Almarge, S.L. at Tecelagem Orvalhinho, Lda."] == ("2026-04-14", "2026-04-17")
    # scheme.md section 10: to be confirmed within 3 working days after the first day, 14 April.
    (due,) = [begin for title, (begin, _end) in days.items() if title.startswith("Confirm the start")]
    assert due == "2026-04-17"

    signed_in(cast.ana).post("/desk/calendar/make-calendar-feed/")
    assert client.get(f"/calendar/{feed.token}.ics").status_code == 404
    second = CalendarFeed.objects.get()
    signed_in(cast.bram).post(f"/desk/calendar/{second.pk}/revoke-calendar-feed/")
    assert client.get(f"/calendar/{second.token}.ics").status_code == 200
    signed_in(cast.ana).post(f"/desk/calendar/{second.pk}/revoke-calendar-feed/")
    assert client.get(f"/calendar/{second.token}.ics").status_code == 404


def test_the_calendar_of_a_partnership_is_for_its_people_as_long_as_they_are(cast: Cast, client: Client) -> None:
    bring_application_to(cast, cast.ana, "submitted", partnership=cast.loom, officer=cast.chiara.actor)
    chiara, make = signed_in(cast.chiara), "/desk/calendar/make-calendar-feed/"
    assert chiara.post(make, {"partnership": "selvedge"}).status_code == 404
    chiara.post(make, {"partnership": "loom"})
    feed = CalendarFeed.objects.get()
    (title,) = days_of(client.get(f"/calendar/{feed.token}.ics").content)
    assert title.endswith(": Teixits Almarge, S.L.")
    cast.chiara.account.partnership_roles.all().delete()
    assert client.get(f"/calendar/{feed.token}.ics").status_code == 404
