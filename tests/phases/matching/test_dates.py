"""Days that both sides choose together while a proposal is open."""

from datetime import date, datetime, timedelta
from typing import Any

import pytest
import vobject
from django.test import Client

from clusterxchange.phases.exchange_building.models import Exchange
from clusterxchange.phases.matching import operations
from clusterxchange.phases.matching.models import Conversation, OfferedDates, Proposal
from clusterxchange.phases.matching.rules import refusal_of_dates, suggested_stays
from clusterxchange.scheme.current import scheme_for
from clusterxchange.workflow.engine import NotAllowed, Refused, WrongState
from clusterxchange.workflow.models import Entry, Notice
from tests.cast import MONDAY, signed_in
from tests.phases.matching.conftest import Match
from tests.phases.matching.test_pages import text_of

pytestmark = pytest.mark.usefixtures("now")
# Tuesday to Thursday after Easter 2026.
FIRST, LAST = date(2026, 4, 14), date(2026, 4, 16)


def send(match: Match, now: datetime, **given: Any) -> Proposal:  # noqa: ANN401 -- arguments of the operation
    answers: dict[str, Any] = {
        "sender": match.visit,
        "partner": match.host,
        "message": "We spin, you weave.",
        "format": "physical",
        "actor": match.cast.ana.actor,
        "at": now,
    } | given
    return operations.send_proposal(**answers)


def address_of(proposal: Proposal) -> str:
    return f"/matching/proposals/{proposal.reference}/dates/"


def offer(client: Client, proposal: Proposal, status: int, first: str = "2026-04-14", last: str = "2026-04-16") -> str:
    response = client.post(f"{address_of(proposal)}offer-dates/", {"first_day": first, "last_day": last})
    assert response.status_code == status, response.content.decode()
    return response.content.decode()


def test_the_page_shows_both_windows_common_days_and_the_holidays_of_the_hosts_country(
    match: Match, now: datetime
) -> None:
    match.host.windows.update(first_day=date(2026, 4, 20), last_day=date(2026, 5, 8))
    proposal = send(match, now)

    text = text_of(signed_in(match.cast.ana), address_of(proposal))

    assert "1 April 2026 to 30 June 2026" in text
    # In Portugal 1 May is closed, Friday; 25 April is a Saturday: 15 weekdays less one.
    assert "20 April 2026 to 8 May 2026" in text
    assert "14 working days" in text
    assert "Friday, 1 May 2026" in text
    assert "Saturday, 25 April 2026" in text
    assert "first_day=2026-04-20&amp;last_day=2026-04-22" in text


@pytest.mark.database
def test_stays_are_suggested_around_holidays_and_never_in_the_past() -> None:
    scheme = scheme_for("demonstration", MONDAY)
    windows = [
        (date(2026, 3, 1), date(2026, 3, 3)),
        (date(2026, 4, 30), date(2026, 5, 6)),
        (date(2026, 6, 1), date(2026, 6, 30)),
    ]

    # 3 March is tomorrow's yesterday; 1 May, 4 June (Corpus Christi) and 10 June are closed in Portugal.
    assert suggested_stays(scheme, "PT", windows, 3, after=date(2026, 3, 2), most=5) == [
        (date(2026, 4, 30), date(2026, 5, 5)),
        (date(2026, 6, 1), date(2026, 6, 3)),
    ]
    assert suggested_stays(scheme, "PT", windows, 4, after=date(2026, 3, 2), most=1) == [
        (date(2026, 4, 30), date(2026, 5, 6))
    ]


@pytest.mark.database
@pytest.mark.parametrize(
    ("first", "last", "code"),
    [
        (date(2026, 4, 14), date(2026, 4, 16), None),
        (date(2026, 4, 16), date(2026, 4, 14), "end_before_start"),
        (date(2026, 3, 3), date(2026, 3, 6), "start_in_the_past"),
        (date(2026, 4, 14), date(2026, 4, 15), "under_three_working_days"),
        # 3 April is Good Friday in Portugal.
        (date(2026, 4, 1), date(2026, 4, 5), "under_three_working_days"),
        (date(2026, 4, 14), date(2026, 5, 13), None),
        (date(2026, 4, 14), date(2026, 5, 14), "over_one_month"),
    ],
)
def test_days_keep_to_the_rules_of_length(first: date, last: date, code: str | None) -> None:
    assert refusal_of_dates(scheme_for("demonstration", MONDAY), "PT", first, last, date(2026, 3, 3)) == code


def test_no_days_are_offered_or_agreed_while_one_side_has_blocked_the_other(match: Match, now: datetime) -> None:
    proposal, cast = send(match, now), match.cast
    ana, bram = signed_in(cast.ana), signed_in(cast.bram)
    offer(ana, proposal, 302)
    conversation = Conversation.objects.get()
    operations.block_conversation(conversation, actor=cast.bram.actor, at=now)

    refused = offer(ana, proposal, 409, first="2026-04-21", last="2026-04-23")
    accepted = bram.post(f"{address_of(proposal)}{OfferedDates.objects.get().pk}/accept-dates/")

    assert 'data-refusal="conversation_blocked"' in refused
    assert (accepted.status_code, 'data-refusal="conversation_blocked"' in accepted.content.decode()) == (409, True)
    operations.unblock_conversation(conversation, actor=cast.bram.actor, at=now)
    assert bram.post(f"{address_of(proposal)}{OfferedDates.objects.get().pk}/accept-dates/").status_code == 302


def test_bram_agrees_to_the_days_that_ana_offers_and_the_commitment_begins_with_them(
    match: Match, now: datetime
) -> None:
    proposal, cast = send(match, now), match.cast
    ana, bram = signed_in(cast.ana), signed_in(cast.bram)

    offer(ana, proposal, 302)
    offered = OfferedDates.objects.get()
    told = Notice.objects.get(action="offer_dates")
    assert (told.account, told.path) == (cast.bram.account, address_of(proposal))
    assert ana.post(f"{address_of(proposal)}{offered.pk}/accept-dates/").status_code == 403
    assert 'data-action="accept_dates"' in text_of(bram, address_of(proposal))
    assert bram.post(f"{address_of(proposal)}{offered.pk}/accept-dates/").status_code == 302

    proposal.refresh_from_db()
    assert (proposal.first_day, proposal.last_day) == (FIRST, LAST)
    confirm = text_of(bram, f"/matching/proposals/{proposal.reference}/accept-proposal/")
    assert "The stay is planned for 14 April 2026 to 16 April 2026." in confirm
    operations.accept_proposal(proposal, actor=cast.bram.actor, at=now)
    commitment = Exchange.objects.get().commitment
    assert commitment is not None
    assert (commitment.first_day, commitment.last_day) == (FIRST, LAST)
    entries = Entry.objects.filter(action__in=("offer_dates", "accept_dates")).values_list("action", "capacity")
    assert list(entries.order_by("n")) == [("offer_dates", "V"), ("accept_dates", "H")]


def test_a_side_has_one_offer_at_a_time_and_other_days_can_be_agreed_later(match: Match, now: datetime) -> None:
    proposal, cast = send(match, now), match.cast

    def offered(first: date, last: date) -> OfferedDates:
        return operations.offer_dates(proposal, first_day=first, last_day=last, actor=cast.ana.actor, at=now)

    offered(FIRST, LAST)
    second = offered(date(2026, 4, 21), date(2026, 4, 23))
    assert list(OfferedDates.objects.all()) == [second]
    operations.accept_dates(second, actor=cast.bram.actor, at=now)
    third = operations.offer_dates(proposal, first_day=FIRST, last_day=LAST, actor=cast.bram.actor, at=now)
    with pytest.raises(NotAllowed):
        operations.accept_dates(third, actor=cast.bram.actor, at=now)
    operations.accept_dates(third, actor=cast.ana.actor, at=now)

    proposal.refresh_from_db()
    assert (proposal.first_day, proposal.last_day) == (FIRST, LAST)


def test_days_that_break_a_rule_are_told_at_their_field_and_kept(match: Match, now: datetime) -> None:
    proposal = send(match, now)
    ana = signed_in(match.cast.ana)

    short = offer(ana, proposal, 422, last="2026-04-15")
    backwards = offer(ana, proposal, 422, last="2026-04-13")
    nonsense = offer(ana, proposal, 422, first="soon")

    assert 'data-error="under_three_working_days"' in short
    assert 'value="2026-04-15"' in short
    assert 'data-error="end_before_start"' in backwards
    assert "Write a day, for example 2026-04-14" in nonsense
    assert OfferedDates.objects.count() == 0


def test_once_the_proposal_is_answered_days_are_offered_no_more(match: Match, now: datetime) -> None:
    proposal, cast = send(match, now), match.cast
    operations.decline_proposal(proposal, reason="dates_do_not_fit", actor=cast.bram.actor, at=now)

    with pytest.raises(WrongState):
        operations.offer_dates(proposal, first_day=FIRST, last_day=LAST, actor=cast.ana.actor, at=now)
    assert offer(signed_in(cast.ana), proposal, 409)


def test_contact_points_read_the_days_but_offer_none_and_zoe_finds_nothing(match: Match, now: datetime) -> None:
    proposal, cast = send(match, now), match.cast
    for person in (cast.chiara, cast.dov):
        assert 'data-action="offer_dates"' not in text_of(signed_in(person), address_of(proposal))
        with pytest.raises(NotAllowed):
            operations.offer_dates(proposal, first_day=FIRST, last_day=LAST, actor=person.actor, at=now)
    text_of(signed_in(cast.zoe), address_of(proposal), 404)
    with pytest.raises(NotAllowed):
        operations.offer_dates(proposal, first_day=FIRST, last_day=LAST, actor=cast.zoe.actor, at=now)


def test_the_agreed_days_go_into_a_calendar_as_another_parser_reads_it(match: Match, now: datetime) -> None:
    proposal, cast = send(match, now), match.cast
    address = f"/matching/proposals/{proposal.reference}/calendar.ics"
    ana = signed_in(cast.ana)
    assert ana.get(address).status_code == 404
    offered = operations.offer_dates(proposal, first_day=FIRST, last_day=LAST, actor=cast.ana.actor, at=now)
    operations.accept_dates(offered, actor=cast.bram.actor, at=now)

    response = ana.get(address)

    event = vobject.readOne(response.content.decode(), validate=True).vevent
    assert response["Content-Type"] == "text/calendar; charset=utf-8"
    assert response["Content-Disposition"] == f'attachment; filename="{proposal.reference}.ics"'
    # The end of whole days is the first day that is free again.
    assert (event.dtstart.value, event.dtend.value) == (FIRST, LAST + timedelta(days=1))
    assert event.uid.value.startswith(f"{proposal.reference}@")
    assert event.location.value == "Guimarães, Portugal"
    assert signed_in(cast.zoe).get(address).status_code == 404


def test_a_refusal_names_the_rule(match: Match, now: datetime) -> None:
    proposal = send(match, now)

    with pytest.raises(Refused) as refused:
        operations.offer_dates(
            proposal, first_day=FIRST, last_day=date(2026, 5, 14), actor=match.cast.ana.actor, at=now
        )

    assert (refused.value.refusal.code, refused.value.refusal.field) == ("over_one_month", "last_day")
