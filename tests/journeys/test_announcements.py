"""What the support office announces, who reads it on which days, and how it is put away; disputes in one list."""

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from clusterxchange.foundation import clock
from clusterxchange.journeys.models import Announcement, AnnouncementRead
from clusterxchange.journeys.support_office.announcements import (
    announcements_for,
    publish_announcement,
    withdraw_announcement,
)
from clusterxchange.phases.finalisation import operations as finalisation
from clusterxchange.phases.finalisation.models import Payment
from clusterxchange.workflow.engine import NotAllowed, Refused, WrongState
from clusterxchange.workflow.models import Entry
from tests.bring import bring_exchange_to, bring_many_exchanges_to
from tests.cast import MONDAY, Cast, signed_in

PAGE = "/support/announcements/"
BRUSSELS = ZoneInfo("Europe/Brussels")
TODAY = date(2026, 3, 2)


@pytest.fixture(autouse=True)
def _monday(db: None) -> None:  # noqa: ARG001 -- asks for the database
    clock.set_clock(MONDAY)


def announce(cast: Cast, **given: object) -> Announcement:
    said = {
        "text_en": "Closed on Friday.", "text_pl": "", "audience": "everybody", "first_day": TODAY, "last_day": TODAY,
    }  # fmt: skip
    return publish_announcement(**{**said, **given}, actor=cast.edda.actor, at=MONDAY)  # type: ignore[arg-type]  # -- as typed


def read_by(cast: Cast) -> set[str]:
    people = {"ana": cast.ana, "chiara": cast.chiara, "nuno": cast.nuno, "aurel": cast.aurel}
    return {name for name, person in people.items() if announcements_for(person.actor, MONDAY).exists()}


@pytest.mark.parametrize(
    ("audience", "readers"),
    [
        ("everybody", {"ana", "chiara", "nuno", "aurel"}),
        ("organisations", {"ana"}),
        ("partnerships", {"chiara"}),
    ],
)
def test_an_announcement_is_read_by_its_audience(cast: Cast, audience: str, readers: set[str]) -> None:
    announce(cast, audience=audience)

    assert read_by(cast) == readers


def test_it_stands_on_desks_from_midnight_to_midnight_in_brussels(cast: Cast) -> None:
    announce(cast, first_day=TODAY, last_day=date(2026, 3, 3))
    first, end = (datetime(2026, 3, day, tzinfo=BRUSSELS) for day in (2, 4))
    second = timedelta(seconds=1)

    seen = [announcements_for(cast.ana.actor, at).exists() for at in (first - second, first, end - second, end)]

    assert seen == [False, True, True, False]


def test_whoever_has_read_it_puts_it_away_and_others_go_on_reading_it(cast: Cast) -> None:
    made = announce(cast)
    ana = signed_in(cast.ana)
    assert "Closed on Friday." in ana.get("/desk/").content.decode()

    for _click in range(2):
        assert ana.post(f"{PAGE}{made.pk}/dismiss-announcement/")["location"] == "/desk/"

    assert "Closed on Friday." not in ana.get("/desk/").content.decode()
    assert "Closed on Friday." in signed_in(cast.chiara).get("/desk/").content.decode()
    assert AnnouncementRead.objects.count() == 1


def test_it_is_read_in_polish_where_it_was_written_and_else_marked_as_english(cast: Cast) -> None:
    announce(cast, text_pl="W piątek nieczynne.")
    announce(cast, text_en="Open on Monday.")
    cast.ana.account.language = "pl"
    cast.ana.account.save()
    client = signed_in(cast.ana)
    client.cookies["django_language"] = "pl"

    page = client.get("/desk/", headers={"accept-language": "pl"}).content.decode()

    assert "<p>W piątek nieczynne.</p>" in page
    assert '<p lang="en">Open on Monday.</p>' in page
    assert "Closed on Friday." not in page


def test_its_text_is_text_and_no_markup(cast: Cast) -> None:
    announce(cast, text_en="<b>Now</b>")

    assert "&lt;b&gt;Now&lt;/b&gt;" in signed_in(cast.ana).get("/desk/").content.decode()


def test_one_that_is_withdrawn_stands_on_no_desk_and_the_journal_has_both(cast: Cast) -> None:
    made = announce(cast)

    assert signed_in(cast.edda).post(f"{PAGE}{made.pk}/withdraw-announcement/")["location"] == PAGE

    assert read_by(cast) == set()
    with pytest.raises(WrongState):
        withdraw_announcement(made, actor=cast.edda.actor, at=MONDAY)
    entries = Entry.objects.filter(kind="announcement").order_by("n")
    assert [(one.action, one.actor) for one in entries] == [
        ("publish_announcement", str(cast.edda.account.pk)),
        ("withdraw_announcement", str(cast.edda.account.pk)),
    ]


def test_only_the_support_office_announces(cast: Cast) -> None:
    made = announce(cast)
    for person in (cast.ana, cast.chiara, cast.aurel, cast.zoe):
        with pytest.raises(NotAllowed):
            publish_announcement(
                text_en="x", text_pl="", audience="everybody", first_day=TODAY, last_day=TODAY, actor=person.actor,
                at=MONDAY,
            )  # fmt: skip
        assert signed_in(person).get(PAGE).status_code == 404
        assert signed_in(person).post(f"{PAGE}{made.pk}/withdraw-announcement/").status_code == 404
    assert Announcement.objects.get().withdrawn_at is None


@pytest.mark.parametrize(
    ("changed", "code", "field"),
    [
        ({"last_day": "2026-03-01", "first_day": "2026-03-02"}, "announcement_ends_before", "last_day"),
        ({"last_day": "2026-03-01", "first_day": "2026-02-28"}, "announcement_is_over", "last_day"),
        ({"text_en": ""}, "required", "text_en"),
        ({"text_en": "x" * 501}, "max_length", "text_en"),
        ({"audience": "martians"}, "invalid_choice", "audience"),
        ({"first_day": "soon"}, "invalid", "first_day"),
    ],
)
def test_what_cannot_be_announced_is_said_at_its_field(
    cast: Cast, changed: dict[str, str], code: str, field: str
) -> None:
    given = {
        "text_en": "Closed.", "text_pl": "Zamknięte.", "audience": "everybody", "first_day": "2026-03-02",
        "last_day": "2026-03-06",
    }  # fmt: skip

    answer = signed_in(cast.edda).post(PAGE, {**given, **changed})

    assert answer.status_code == 422
    page = answer.content.decode()
    assert f'data-error="{code}" id="id_{field}_error"' in page or (
        f'data-error="{code}"' in page and f"id_{field}_error" in page
    )
    assert "Zamknięte." in page
    assert not Announcement.objects.exists()


def test_the_office_announces_on_its_page(cast: Cast) -> None:
    given = {"text_en": "Closed.", "audience": "everybody", "first_day": "2026-03-02", "last_day": "2026-03-06"}
    edda = signed_in(cast.edda)

    assert edda.post(PAGE, given)["location"] == PAGE

    assert "Everybody who signs in, 2 March 2026 to 6 March 2026" in edda.get(PAGE).content.decode()
    assert read_by(cast) == {"ana", "chiara", "nuno", "aurel"}


def test_three_announcements_ask_the_database_no_more_than_one(cast: Cast) -> None:
    ana = signed_in(cast.ana)

    def number_of_queries() -> int:
        ana.get("/desk/")
        with CaptureQueriesContext(connection) as asked:
            ana.get("/desk/")
        return len(asked)

    # From her first look on there is news in both countings.
    ana.get("/desk/")
    announce(cast)
    one = number_of_queries()
    announce(cast)
    announce(cast)
    assert number_of_queries() == one


def test_an_announcement_that_would_end_before_it_begins_is_kept_by_nobody(cast: Cast) -> None:
    with pytest.raises(Refused, match="announcement_ends_before"):
        announce(cast, first_day=date(2026, 3, 5), last_day=date(2026, 3, 4))


def test_stopped_payments_stand_in_one_list_with_reason_and_day(cast: Cast) -> None:
    story = bring_exchange_to(cast, "due")
    edda = signed_in(cast.edda)
    assert "No dispute is open" in edda.get("/support/disputes/").content.decode()
    payment = Payment.objects.get(exchange=story.exchange)
    finalisation.block_payment(payment, reason="The days are disputed.", actor=cast.edda.actor, at=story.at)
    clock.set_clock(story.at)

    page = edda.get("/support/disputes/")

    (row,) = page.context["rows"]
    assert row["payment"] == payment
    assert "The days are disputed." in page.content.decode()
    assert row["due"]
    assert not row["is_late"]
    assert f'href="/exchanges/{story.exchange.reference}/payment/"' in page.content.decode()
    assert 'data-action="unblock_payment"' in edda.get(row["url"]).content.decode()
    for person in (cast.aurel, cast.chiara, cast.ana):
        assert signed_in(person).get("/support/disputes/").status_code == 404

    finalisation.unblock_payment(payment, reason="The host confirms them.", actor=cast.edda.actor, at=story.at)
    assert edda.get("/support/disputes/").context["rows"] == []


def test_a_list_of_three_disputes_asks_no_more_than_one(cast: Cast) -> None:
    edda = signed_in(cast.edda)
    stories = bring_many_exchanges_to(cast, "due", 3)

    def number_of_queries() -> int:
        with CaptureQueriesContext(connection) as asked:
            edda.get("/support/disputes/")
        return len(asked)

    found = []
    for story in stories:
        payment = Payment.objects.get(exchange=story.exchange)
        finalisation.block_payment(payment, reason="Days.", actor=cast.edda.actor, at=story.at)
        found.append(number_of_queries())
    assert found[0] == found[2]
