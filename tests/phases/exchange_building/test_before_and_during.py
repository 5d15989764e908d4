"""Claims about the time between the last signature and the end: calendars, amendments, extensions, cancellations."""

from collections.abc import Callable
from datetime import date, datetime, timedelta
from typing import Any

import pytest
import vobject
from django.core.mail import EmailMessage

from clusterxchange.access.actor import Actor
from clusterxchange.access.capacities import HP, VP, Capacity, H, V
from clusterxchange.journeys.demonstration.story import ZONE, Story, seen
from clusterxchange.parties.partnerships.models import Budget
from clusterxchange.phases.exchange_building import operations
from clusterxchange.phases.exchange_building.models import Commitment
from clusterxchange.workflow import obligations
from clusterxchange.workflow.engine import NotDone
from clusterxchange.workflow.mails import mail_of
from clusterxchange.workflow.models import Notice
from tests.bring import bring_exchange_to
from tests.cast import Cast
from tests.phases.exchange_building.browsing import Browser

pytestmark = pytest.mark.django_db
Moment = Callable[[Story], str]
AGAIN = {"agreed", "validated", "commitment_signed", "ready"}


def five_days() -> list[dict[str, str]]:
    """Tuesday to Friday and the Monday after: five working days in Portugal, a weekend between them."""
    days = [date(2026, 4, 14) + timedelta(days=number) for number in (0, 1, 2, 3, 6)]
    row = {"activity": "Trials", "place": "", "people": "", "result": ""}
    return [{"day": day.isoformat(), "half": half, **row} for day in days for half in ("morning", "afternoon")]


def days_of(*numbers: int) -> list[dict[str, str]]:
    """Give the plan of some whole days in April."""
    row = {"activity": "Trials", "place": "", "people": "", "result": ""}
    return [{"day": f"2026-04-{day}", "half": half, **row} for day in numbers for half in ("morning", "afternoon")]


def begin_amendment(story: Story, **values: Any) -> None:  # noqa: ANN401 -- whatever a column holds
    operations.amend_commitment(Commitment.objects.get(pk=story.commitment.pk), actor=story.host, at=story.at)
    operations.edit_commitment(story.commitment, values=values, actor=story.visitor, at=story.at, capacity=V)
    story.told = [step for step in story.told if step not in AGAIN]


def code_of(call: Callable[[], object]) -> str:
    with pytest.raises(NotDone) as caught:
        call()
    return caught.value.refusal.code


def calendars_of(story: Story, person: str) -> list[tuple[str, str, str, date]]:
    """Give method, name, sequence and first day of each calendar file that somebody got by mail, in their order."""
    found = []
    for notice in Notice.objects.filter(account__email=f"{person}@cast.example").order_by("pk"):
        mail: EmailMessage = mail_of(notice)
        for attachment in mail.attachments:
            name, content, kind = attachment
            assert (name, kind) == (f"{story.exchange.reference}.ics", "text/calendar")
            text = content if isinstance(content, str) else content.decode()
            calendar = vobject.readOne(text, validate=True)
            event = calendar.vevent
            assert event.attendee.value == f"mailto:{person}@cast.example"
            found.append((calendar.method.value, event.uid.value, event.sequence.value, event.dtstart.value))
    return found


# Calendars


def test_everybody_gets_the_stay_into_the_calendar_by_mail_once_also_whoever_signed_last(cast: Cast) -> None:
    story = bring_exchange_to(cast, "ready", at_once=False)

    for person in ("ana", "bram", "chiara", "dov"):
        (found,) = calendars_of(story, person)
        assert found[0::2] == ("REQUEST", "0")
        assert found[3] == date(2026, 4, 14)
        assert found[1].startswith(f"{story.exchange.reference}@")


def test_a_signed_amendment_and_a_cancellation_reach_everybody_by_mail_and_count_up(cast: Cast) -> None:
    story = bring_exchange_to(cast, "ready", at_once=False)
    begin_amendment(story, first_day=date(2026, 4, 13), last_day=date(2026, 4, 15), plan=days_of(13, 14, 15))
    story.tell("commitment_signed")
    operations.cancel_exchange(story.exchange, reason_code="illness", actor=story.host, at=story.at, capacity=H)

    for person in ("ana", "bram", "chiara", "dov"):
        found = calendars_of(story, person)
        assert [(method, sequence, day) for method, _name, sequence, day in found] == [
            # The mails are written now that it is cancelled: each of them takes the entry out, and none brings it back.
            ("CANCEL", "2", date(2026, 4, 13)),
        ] * 3


def test_a_signed_amendment_is_mailed_with_a_higher_number_than_the_first_invitation(cast: Cast) -> None:
    story = bring_exchange_to(cast, "ready", at_once=False)
    before = {person: calendars_of(story, person) for person in ("ana", "bram", "chiara", "dov")}
    begin_amendment(story, first_day=date(2026, 4, 13), last_day=date(2026, 4, 15), plan=days_of(13, 14, 15))
    story.tell("commitment_signed")

    for person, (first,) in before.items():
        changed = calendars_of(story, person)[-1]
        assert (first[0], first[2], first[3]) == ("REQUEST", "0", date(2026, 4, 14))
        assert (changed[0], changed[2], changed[3]) == ("REQUEST", "1", date(2026, 4, 13))
        assert changed[1] == first[1]
        assert len(calendars_of(story, person)) == 2


def test_a_stay_that_ends_early_is_shortened_in_the_calendars_of_all(
    cast: Cast, browser: Browser, at_the_moment_of: Moment
) -> None:
    story = bring_exchange_to(cast, "running", at_once=False)
    story.at = datetime(2026, 4, 15, 16, 0, tzinfo=ZONE)
    for actor, capacity in ((story.visitor, V), (story.host, H)):
        story.at += timedelta(minutes=20)
        operations.confirm_end(story.exchange, actor=actor, at=story.at, capacity=capacity)

    for person in ("ana", "bram", "chiara", "dov"):
        assert calendars_of(story, person)[-1][0::2] == ("REQUEST", "1")
    at_the_moment_of(story)
    page = browser.get(cast.dov, f"/exchanges/{story.exchange.reference}/calendar/")
    event = vobject.readOne(page.response.content.decode(), validate=True).vevent
    # The end of an entry of whole days is the day after it.
    assert (event.sequence.value, event.dtend.value) == ("1", date(2026, 4, 16))


def test_an_amendment_and_a_cancellation_keep_the_name_and_count_up(
    cast: Cast, browser: Browser, at_the_moment_of: Moment
) -> None:
    story = bring_exchange_to(cast, "ready", at_once=False)
    base, names, told = f"/exchanges/{story.exchange.reference}/calendar/", set(), []

    def look() -> None:
        story.at += timedelta(minutes=1)
        at_the_moment_of(story)
        calendar = vobject.readOne(browser.get(cast.ana, base).response.content.decode(), validate=True)
        names.add(calendar.vevent.uid.value)
        told.append((calendar.method.value, calendar.vevent.sequence.value, calendar.vevent.dtend.value))

    look()
    begin_amendment(story, last_day=date(2026, 4, 20), plan=five_days())
    look()
    story.tell("commitment_signed")
    look()
    operations.cancel_exchange(story.exchange, reason_code="illness", actor=story.host, at=story.at, capacity=H)
    look()

    assert len(names) == 1
    assert told == [
        ("PUBLISH", "0", date(2026, 4, 17)),
        ("PUBLISH", "0", date(2026, 4, 17)),
        ("PUBLISH", "1", date(2026, 4, 21)),
        ("CANCEL", "2", date(2026, 4, 21)),
    ]
    assert calendars_of(story, "ana")[-1][0] == "CANCEL"


def test_before_all_have_signed_there_is_nothing_for_the_calendar_and_no_travel_sheet(
    cast: Cast, browser: Browser, at_the_moment_of: Moment
) -> None:
    base = at_the_moment_of(bring_exchange_to(cast, "validated"))

    for path in ("calendar/", "travel-sheet/"):
        page = browser.get(cast.ana, f"{base}{path}")
        assert (page.status, page.refusal()) == (409, "commitment_not_signed")
        assert browser.get(cast.zoe, f"{base}{path}").status == 404


def test_the_travel_sheet_has_place_days_people_and_papers_and_a_number_only_for_the_two_sides(
    cast: Cast, browser: Browser, at_the_moment_of: Moment
) -> None:
    base = at_the_moment_of(bring_exchange_to(cast, "ready"))

    sheet = browser.get(cast.ana, f"{base}travel-sheet/").text
    for words in (
        "Mill Lane 3, Guimarães",
        "14 April 2026",
        "Bram Teixeira",
        "dov@cast.example",
        "112",
        "Outward journey",
    ):
        assert words in sheet
    assert sheet.count("+34 000 000 000") == 2
    # The agency reads the exchange; nobody's number was disclosed to it.
    assert "+34 000 000 000" not in browser.get(cast.aurel, f"{base}travel-sheet/").text


# Amendments and extensions


def test_a_stay_that_goes_on_can_be_extended_and_keeps_its_first_day(cast: Cast) -> None:
    story = bring_exchange_to(cast, "running")
    begin_amendment(story, last_day=date(2026, 4, 20), plan=five_days())

    story.tell("ready")

    assert (story.exchange.state, story.commitment.state) == ("RUNNING", "SIGNED")
    assert story.exchange.commitment == story.commitment
    assert story.agreement.amount_cents == 78_000
    # ES -> PT, five days: EUR 780 (scheme.md section 6, vectors); what the first version held is free again.
    budget = Budget.objects.get(partnership=cast.loom)
    assert (budget.reserved_cents, budget.committed_cents, budget.free_cents) == (0, 78_000, 922_000)
    assert obligations.differences(story.at) == []


def test_the_first_day_of_a_stay_that_has_begun_cannot_be_moved(cast: Cast) -> None:
    story = bring_exchange_to(cast, "running")
    begin_amendment(story, first_day=date(2026, 4, 13), last_day=date(2026, 4, 20), plan=five_days())
    text = story.commitment

    assert (
        code_of(lambda: operations.agree_commitment(text, **seen(text), actor=story.host, at=story.at, capacity=H))
        == "days_not_consecutive"
    )
    plan = five_days()
    plan += [{**plan[0], "day": "2026-04-13", "half": half} for half in ("morning", "afternoon")]
    operations.edit_commitment(story.commitment, values={"plan": plan}, actor=story.visitor, at=story.at, capacity=V)
    text = story.commitment
    assert (
        code_of(lambda: operations.agree_commitment(text, **seen(text), actor=story.host, at=story.at, capacity=H))
        == "stay_has_begun"
    )


def test_an_extension_beyond_one_month_is_refused(cast: Cast) -> None:
    story = bring_exchange_to(cast, "running")
    plan = [
        {**row, "day": (date(2026, 4, 14) + timedelta(days=number)).isoformat()}
        for number in range(31)
        for row in five_days()[:2]
    ]
    # The last day must come before the first day one month later (scheme.md section 6).
    begin_amendment(story, last_day=date(2026, 5, 14), plan=plan)
    text = story.commitment

    assert (
        code_of(lambda: operations.agree_commitment(text, **seen(text), actor=story.host, at=story.at, capacity=H))
        == "over_one_month"
    )


@pytest.mark.parametrize("step", ["agreed", "validated"])
def test_an_amendment_that_nobody_signed_before_the_end_holds_no_money(cast: Cast, step: str) -> None:
    story = bring_exchange_to(cast, "running")
    begin_amendment(story, last_day=date(2026, 4, 20), plan=five_days())
    story.tell(step)
    if step == "agreed":
        text = story.commitment
        operations.validate_commitment(text, **seen(text), actor=story.visitor_contact, at=story.at, capacity=VP)
    story.at = datetime(2026, 4, 16, 17, 0, tzinfo=ZONE)
    for actor, capacity in ((story.visitor, V), (story.host, H)):
        operations.confirm_end(story.exchange, actor=actor, at=story.at, capacity=capacity)

    assert story.exchange.state == "ENDED"
    assert list(story.exchange.financial_agreements.order_by("version").values_list("state", flat=True)) == [
        "SIGNED", "CANCELLED",
    ]  # fmt: skip
    budget = Budget.objects.get(partnership=cast.loom)
    assert (budget.reserved_cents, budget.committed_cents, budget.free_cents) == (0, 39_000, 961_000)
    assert obligations.differences(story.at) == []


def test_while_an_amendment_is_written_the_exchange_shows_the_days_that_hold(
    cast: Cast, browser: Browser, at_the_moment_of: Moment
) -> None:
    story = bring_exchange_to(cast, "ready")
    begin_amendment(story, last_day=date(2026, 4, 20), plan=five_days())
    page = browser.get(cast.bram, at_the_moment_of(story)).text

    assert "16 April 2026" in page
    assert "20 April 2026" not in page
    assert "Version 2: Draft" in page


# Cancellations and a visitor who does not come


@pytest.mark.parametrize("step", ["matched", "agreed", "validated", "commitment_signed", "ready"])
@pytest.mark.parametrize("capacity", [V, H, VP, HP])
def test_any_of_the_four_cancels_before_the_start_and_visit_and_money_are_free(
    cast: Cast, step: str, capacity: Capacity
) -> None:
    story = bring_exchange_to(cast, step)
    actors: dict[Capacity, Actor] = {
        V: story.visitor, H: story.host, VP: story.visitor_contact, HP: story.host_contact,
    }  # fmt: skip

    operations.cancel_exchange(
        story.exchange, reason_code="illness", actor=actors[capacity], at=story.at, capacity=capacity
    )

    assert story.exchange.state == "CANCELLED"
    story.visitor_participation.refresh_from_db()
    assert story.visitor_participation.visit == "FREE"
    assert Budget.objects.get(partnership=cast.loom).free_cents == 1_000_000
    assert obligations.differences(story.at) == []


def test_a_visitor_who_never_came_puts_the_decision_on_its_partnerships_desk(cast: Cast) -> None:
    story = bring_exchange_to(cast, "ready")
    story.at = datetime(2026, 4, 14, 15, 0, tzinfo=ZONE)

    operations.report_no_show(story.exchange, reason="Nobody came to the mill.", actor=story.host, at=story.at)

    assert ("cancel_exchange", "VP") in {
        (one.action, one.capacity) for one in obligations.open_in_case("exchange", story.exchange.pk)
    }
    operations.cancel_exchange(
        story.exchange, reason_code="no_show", actor=story.visitor_contact, at=story.at, capacity=VP
    )
    story.visitor_participation.refresh_from_db()
    assert (story.exchange.state, story.visitor_participation.visit) == ("CANCELLED", "FREE")


def test_each_of_the_four_is_offered_the_cancellation_and_a_reason_is_asked(
    cast: Cast, browser: Browser, at_the_moment_of: Moment
) -> None:
    story = bring_exchange_to(cast, "ready")
    base = at_the_moment_of(story)
    for person in (cast.bram, cast.chiara, cast.dov):
        assert browser.get(person, base).form("cancel_exchange").address == f"{base}cancel-exchange/"

    without = browser.send(cast.ana, base, "cancel_exchange", reason_code="")
    assert (without.status, "reason_missing" in without.marks("data-error")) == (422, True)
    assert browser.send(cast.ana, base, "cancel_exchange", reason_code="illness").status == 302
    assert story.exchange.state == "CANCELLED"


def test_an_interrupted_stay_says_why_and_can_be_ended(cast: Cast, browser: Browser, at_the_moment_of: Moment) -> None:
    story = bring_exchange_to(cast, "running")
    base = at_the_moment_of(story)

    sent = browser.send(cast.chiara, base, "interrupt_exchange", reason="The river is over the road.")

    assert sent.status == 302
    assert "The river is over the road." in browser.get(cast.bram, base).text
    for person in (cast.ana, cast.bram):
        assert browser.send(person, base, "confirm_end").status == 302
    assert story.exchange.state == "ENDED"
