"""Reminding many at once of what is theirs to do, with a preview."""

import re
from datetime import timedelta

import pytest
from django.test import Client
from pytest_django.asserts import assertContains, assertNotContains

from clusterxchange.foundation import clock
from clusterxchange.workflow.models import Entry, Notice, Obligation
from tests.bring import bring_exchange_to
from tests.cast import Cast, signed_in

pytestmark = pytest.mark.django_db


def picks_of(client: Client) -> list[str]:
    page = client.get("/desk/", {"show": "waiting"}).content.decode()
    return re.findall(r'name="pick" value="(\d+)"', page)


def reminders_sent() -> int:
    return Notice.objects.filter(topic=Notice.Topic.REMINDER).count()


@pytest.fixture
def after_the_stay(cast: Cast) -> None:
    """Both reports and the evidence are wanted; Chiara and Dov wait for Ana and Bram."""
    story = bring_exchange_to(cast, "ended")
    clock.set_clock(story.at + timedelta(days=3))


@pytest.mark.usefixtures("after_the_stay")
def test_a_contact_point_reminds_many_and_sees_first_what_goes_to_whom(cast: Cast) -> None:
    chiara = signed_in(cast.chiara)
    picks = picks_of(chiara)
    assert len(picks) >= 2

    preview = chiara.post("/desk/reminders/", {"pick": picks})
    assert preview.status_code == 200
    assert "To Teixits Almarge, S.L.:" in preview.content.decode()
    assert reminders_sent() == 0

    done = chiara.post("/desk/reminders/", {"pick": picks, "confirmed": "yes", "words": "It takes ten minutes."})
    assert done.status_code == 200
    told = Notice.objects.filter(topic=Notice.Topic.REMINDER)
    # Ana has her report and four items of evidence to hand in: one mail. Bram's report is for his own partnership.
    assert [one.account_id for one in told] == [cast.ana.account.pk]
    assert all(one.params["letter"] == "It takes ten minutes." for one in told)
    assert Entry.objects.filter(action="remind_party").count() == 1


@pytest.mark.usefixtures("after_the_stay")
def test_nobody_is_reminded_of_the_same_thing_twice_within_a_day(cast: Cast) -> None:
    chiara = signed_in(cast.chiara)
    picks = picks_of(chiara)
    sent = {"pick": picks, "confirmed": "yes"}
    chiara.post("/desk/reminders/", sent)
    again = chiara.post("/desk/reminders/", sent).content.decode()
    assert again.count("They were reminded within the last day. Remind them again tomorrow.") == 1
    assert reminders_sent() == 1
    clock.set_clock(clock.now() + timedelta(days=1, minutes=1))
    chiara.post("/desk/reminders/", sent)
    assert reminders_sent() == 2


@pytest.mark.usefixtures("after_the_stay")
def test_what_is_not_the_readers_to_remind_is_never_sent(cast: Cast) -> None:
    picks = picks_of(signed_in(cast.chiara))
    evidence = Obligation.objects.filter(kind="evidence", closed_at=None, is_watch=False).first()
    assert evidence is not None
    assert str(evidence.pk) in picks
    for person in (cast.ana, cast.zoe, cast.nuno, cast.aurel):
        answer = signed_in(person).post("/desk/reminders/", {"pick": picks, "confirmed": "yes"})
        assert answer.status_code == 302, person.account.email
    # The host's partnership sees no evidence, so it reminds nobody of it.
    answer = signed_in(cast.dov).post("/desk/reminders/", {"pick": [str(evidence.pk)], "confirmed": "yes"})
    assert answer.status_code == 302
    assert reminders_sent() == 0


@pytest.mark.usefixtures("after_the_stay")
def test_whoever_ticks_nothing_is_told_to_and_keeps_the_filter(cast: Cast) -> None:
    clock.set_clock(clock.now() + timedelta(days=60))
    chiara, narrowed = signed_in(cast.chiara), "show=waiting&due=overdue"
    page = chiara.get(f"/desk/?{narrowed}")
    assertContains(page, 'action="/desk/reminders/?show=waiting&amp;due=overdue"')

    answer = chiara.post(f"/desk/reminders/?{narrowed}", {}, follow=True)

    assert answer.redirect_chain == [(f"/desk/?{narrowed}", 302)]
    said = "Nobody was reminded. Tick the rows of those whom you want to remind, then try again."
    assertContains(answer, said)
    assertNotContains(signed_in(cast.ana).post("/desk/reminders/", {}, follow=True), "Nobody was reminded")
    assert reminders_sent() == 0


@pytest.mark.usefixtures("after_the_stay")
def test_words_that_are_too_long_come_back_and_nothing_is_sent(cast: Cast) -> None:
    chiara = signed_in(cast.chiara)
    answer = chiara.post("/desk/reminders/", {"pick": picks_of(chiara), "confirmed": "yes", "words": "a" * 2001})
    assert answer.status_code == 422
    assert "a" * 2001 in answer.content.decode()
    assert reminders_sent() == 0


def test_whoever_is_not_signed_in_is_led_to_the_sign_in_page(client: Client) -> None:
    assert client.get("/desk/reminders/")["Location"].startswith("/sign-in/")
