"""Group exchanges: one host, fixed days, seats that are asked for, wait, and are confirmed."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from clusterxchange.phases.exchange_building import operations as exchange_building
from clusterxchange.phases.exchange_building.models import Exchange
from clusterxchange.phases.matching import operations, queries
from clusterxchange.phases.matching.models import Guest, Programme, Proposal
from clusterxchange.workflow import obligations
from clusterxchange.workflow.deadlines import run_due
from clusterxchange.workflow.engine import NotAllowed, Refused
from clusterxchange.workflow.models import EntryPayload, Notice
from tests.cast import ALCOI, signed_in
from tests.phases.matching.conftest import Match, bring_host
from tests.phases.matching.group import DAYS, agenda, ask, bring_visitor, confirm, publish, values
from tests.phases.matching.test_pages import text_of

pytestmark = pytest.mark.usefixtures("now")
LIST = "/matching/group-exchanges/"


def address_of(programme: Programme) -> str:
    return f"{LIST}{programme.reference}/"


def code_of(refused: pytest.ExceptionInfo[Refused]) -> tuple[str, str]:
    return refused.value.refusal.code, refused.value.refusal.field


def seats_in(text: str) -> list[str]:
    return [part.partition('"')[0] for part in text.split('data-seat="')[1:]]


def test_bram_publishes_a_group_exchange_that_visitors_and_contact_points_find(match: Match, now: datetime) -> None:
    programme = publish(match, now)

    assert str(programme.reference).startswith("GRP-2026-")
    for person in (match.cast.ana, match.cast.zoe, match.cast.bram, match.cast.chiara, match.cast.dov, match.cast.edda):
        assert f'data-ref="{programme.reference}"' in text_of(signed_in(person), LIST)
        assert "Looms, morning" in text_of(signed_in(person), address_of(programme))
    assert "2 of 2 places free" in text_of(signed_in(match.cast.ana), LIST)
    text_of(signed_in(match.cast.nuno), LIST, 403)
    text_of(signed_in(match.cast.nuno), address_of(programme), 404)
    assert Client().get(LIST).status_code == 302


@pytest.mark.parametrize(
    ("given", "refusal"),
    [
        ({"last_day": date(2026, 4, 13)}, ("end_before_start", "last_day")),
        ({"last_day": date(2026, 4, 15)}, ("under_three_working_days", "first_day")),
        ({"last_day": date(2026, 5, 14)}, ("over_one_month", "last_day")),
        ({"first_day": date(2026, 3, 3)}, ("start_in_the_past", "first_day")),
        ({"asked_until": date(2026, 4, 14)}, ("asked_until_after_start", "asked_until")),
        ({"places": 0}, ("programme_without_place", "places")),
        ({"agenda": agenda(*DAYS)[:-1]}, ("agenda_too_short", "agenda")),
        ({"agenda": []}, ("agenda_too_short", "agenda")),
    ],
)
def test_a_group_exchange_keeps_the_rules_of_an_exchange(
    match: Match, now: datetime, given: dict[str, Any], refusal: tuple[str, str]
) -> None:
    with pytest.raises(Refused) as refused:
        publish(match, now, **given)

    assert code_of(refused) == refusal
    assert Programme.objects.count() == 0


@pytest.mark.parametrize(
    ("given", "field"),
    [
        ({"title": "Write to bram@cast.example"}, "title"),
        ({"description": "Ring +351 253 000 111 first."}, "description"),
        ({"agenda": [agenda(DAYS[0])[0] | {"activity": "bram (at) cast.example"}, *agenda(*DAYS)[1:]]}, "agenda"),
    ],
)
def test_no_address_of_the_host_stands_in_its_group_exchange(
    match: Match, now: datetime, given: dict[str, Any], field: str
) -> None:
    with pytest.raises(Refused) as published:
        publish(match, now, **given)
    programme = publish(match, now)
    with pytest.raises(Refused) as changed:
        operations.change_programme(programme, values=given, actor=match.cast.bram.actor, at=now)

    assert code_of(published) == code_of(changed) == ("address_in_message", field)


def test_only_a_host_publishes_and_only_for_itself(match: Match, now: datetime) -> None:
    for person in (match.cast.ana, match.cast.dov, match.cast.zoe):
        with pytest.raises(NotAllowed):
            operations.publish_programme(host=match.host, values=values(), actor=person.actor, at=now)
    assert signed_in(match.cast.ana).get(f"{LIST}publish-programme/").status_code == 403


def test_a_confirmed_seat_makes_an_exchange_with_the_agenda_copied(match: Match, now: datetime) -> None:
    programme, cast = publish(match, now), match.cast
    seat = ask(programme, cast.ana, match.visit, now)
    (waiting,) = obligations.mine(cast.bram.actor).filter(kind="proposal")
    assert waiting.reference == seat.reference

    confirm(cast, seat, now)

    exchange = Exchange.objects.get()
    text = exchange.commitment
    assert text is not None
    assert (exchange.programme, text.first_day, text.last_day) == (programme, DAYS[0], DAYS[-1])
    assert (text.plan, text.working_days, text.place) == (programme.agenda, 3, programme.place)
    match.visit.refresh_from_db()
    assert match.visit.visit == "CLAIMED"
    # The places of the group are its own: the host still has its two places for single visitors.
    assert queries.occupied_places(match.host) == 0


def test_whoever_asks_once_all_seats_are_given_waits_in_the_order_of_asking(match: Match, now: datetime) -> None:
    cast = match.cast
    programme = publish(match, now, places=1)
    carla, carlas = bring_visitor(cast, "carla")
    first = ask(programme, cast.ana, match.visit, now)
    second = ask(programme, cast.zoe, match.zoes_visit, now)
    third = ask(programme, carla, carlas, now)
    bram = signed_in(cast.bram)
    assert seats_in(text_of(bram, address_of(programme))) == ["asked", "waiting", "waiting"]

    confirm(cast, first, now)

    assert seats_in(text_of(bram, address_of(programme))) == ["confirmed", "waiting", "waiting"]
    with pytest.raises(Refused) as refused:
        confirm(cast, second, now)
    assert code_of(refused) == ("no_place_left", "")
    # Nobody is asked for what cannot be done.
    assert not obligations.mine(cast.bram.actor).filter(kind="proposal").exists()
    assert obligations.differences(now) == []

    Notice.objects.all().delete()
    exchange_building.cancel_exchange(
        Exchange.objects.get(), reason_code="illness", actor=cast.ana.actor, at=now + timedelta(hours=1)
    )

    assert seats_in(text_of(bram, address_of(programme))) == ["asked", "waiting"]
    asked = obligations.mine(cast.bram.actor).filter(kind="proposal").values_list("reference", flat=True)
    assert sorted(asked) == sorted([str(second.reference), str(third.reference)])
    assert Notice.objects.filter(account=cast.bram.account, topic="your_turn").exists()
    assert obligations.differences(now + timedelta(hours=1)) == []
    confirm(cast, second, now + timedelta(hours=2))
    assert seats_in(text_of(bram, address_of(programme))) == ["confirmed", "waiting"]


def test_more_places_let_the_host_answer_those_who_waited(match: Match, now: datetime) -> None:
    cast, programme = match.cast, publish(match, now, places=1)
    confirm(cast, ask(programme, cast.ana, match.visit, now), now)
    second = ask(programme, cast.zoe, match.zoes_visit, now)
    assert not obligations.mine(cast.bram.actor).filter(reference=second.reference).exists()

    operations.change_programme(programme, values={"places": 2}, actor=cast.bram.actor, at=now)

    (asked,) = obligations.mine(cast.bram.actor).filter(kind="proposal").values_list("reference", flat=True)
    assert asked == second.reference
    assert obligations.differences(now) == []


def test_who_has_a_seat_or_has_asked_for_one_is_told_of_other_days_alone(match: Match, now: datetime) -> None:
    cast, programme = match.cast, publish(match, now)
    confirm(cast, ask(programme, cast.ana, match.visit, now), now)
    ask(programme, cast.zoe, match.zoes_visit, now)

    def told() -> list[str]:
        rows = Notice.objects.filter(kind="programme", action="change_programme", topic="happened")
        return sorted(rows.exclude(account=cast.dov.account).values_list("account__email", flat=True))

    operations.change_programme(programme, values={"title": "Four looms"}, actor=cast.bram.actor, at=now)
    assert told() == []
    operations.change_programme(programme, values=next_weeks_days(), actor=cast.bram.actor, at=now)

    assert told() == ["ana@cast.example", "zoe@cast.example"]


def test_requests_without_an_answer_end_when_the_group_begins_and_no_seat_is_given_any_more(
    match: Match, now: datetime
) -> None:
    cast, programme = match.cast, publish(match, now, places=1)
    next_week = publish(match, now, title="A week later", **next_weeks_days())
    confirm(cast, ask(programme, cast.ana, match.visit, now), now)
    waiting = ask(programme, cast.zoe, match.zoes_visit, now)
    operations.change_programme(programme, values={"places": 2}, actor=cast.bram.actor, at=now)
    morning = datetime(2026, 4, 14, 7, tzinfo=UTC)

    with pytest.raises(Refused) as refused:
        confirm(cast, waiting, morning)
    run_due(morning + timedelta(hours=5))

    assert code_of(refused) == ("programme_has_begun", "")
    waiting.refresh_from_db()
    programme.refresh_from_db()
    assert (waiting.state, programme.state) == ("EXPIRED", "BEGUN")
    told = Notice.objects.filter(action="expire_proposal").values_list("account__email", flat=True)
    assert sorted(told) == ["bram@cast.example", "zoe@cast.example"]
    assert obligations.differences(morning + timedelta(hours=5)) == []
    assert list(queries.programmes_for(cast.ana.actor)) == [next_week, programme]
    # The host was not silent: it is neither nudged nor hidden.
    assert queries.unanswered_by(match.host) == 0


def next_weeks_days() -> dict[str, Any]:
    later = [day + timedelta(days=7) for day in DAYS]
    return {"first_day": later[0], "last_day": later[-1], "agenda": agenda(*later)}


def test_a_request_for_a_seat_waits_longer_than_a_proposal_and_hides_no_host(match: Match, now: datetime) -> None:
    programme = publish(match, now)
    seat = ask(programme, match.cast.ana, match.visit, now)

    run_due(now + timedelta(days=20))

    seat.refresh_from_db()
    assert seat.state == "SENT"
    confirm(match.cast, seat, now + timedelta(days=21))


def test_seats_are_refused_by_the_code_of_what_stands_against_them(match: Match, now: datetime) -> None:
    cast = match.cast
    programme = publish(match, now)
    borja, spanish = bring_host(cast, "borja", ALCOI)
    own = operations.publish_programme(host=spanish, values=values(), actor=borja.actor, at=now)

    with pytest.raises(Refused) as same_country:
        ask(own, cast.ana, match.visit, now)
    ask(programme, cast.ana, match.visit, now)
    with pytest.raises(Refused) as twice:
        ask(programme, cast.ana, match.visit, now)
    with pytest.raises(Refused) as late:
        ask(programme, cast.zoe, match.zoes_visit, now + timedelta(days=30))
    operations.close_programme(programme, actor=cast.bram.actor, at=now)
    with pytest.raises(Refused) as closed:
        ask(programme, cast.zoe, match.zoes_visit, now)
    with pytest.raises(NotAllowed):
        ask(programme, cast.zoe, match.visit, now)

    assert [code_of(one)[0] for one in (same_country, twice, late, closed)] == [
        "same_country",
        "same_partner_asked_lately",
        "programme_closed",
        "programme_closed",
    ]


def test_windows_do_not_matter_where_the_days_are_fixed(match: Match, now: datetime) -> None:
    match.visit.windows.update(first_day=date(2026, 6, 1), last_day=date(2026, 6, 30))

    seat = ask(publish(match, now), match.cast.ana, match.visit, now)

    assert seat.state == "SENT"


def test_a_group_is_called_off_only_while_nobody_has_a_seat(match: Match, now: datetime) -> None:
    cast = match.cast
    programme, other = publish(match, now), publish(match, now, title="Another week")
    seat, asked = ask(programme, cast.ana, match.visit, now), ask(other, cast.zoe, match.zoes_visit, now)
    confirm(cast, seat, now)

    with pytest.raises(Refused) as refused:
        operations.cancel_programme(programme, actor=cast.bram.actor, at=now)
    operations.cancel_programme(other, actor=cast.bram.actor, at=now)

    assert code_of(refused) == ("seats_are_confirmed", "")
    asked.refresh_from_db()
    assert asked.state == "CLOSED"
    told = Notice.objects.filter(kind="programme", action="cancel_programme")
    assert sorted(told.values_list("account__email", flat=True)) == ["dov@cast.example", "zoe@cast.example"]
    assert str(other.reference) not in text_of(signed_in(cast.ana), LIST)


def test_other_visitors_do_not_learn_who_has_a_seat(match: Match, now: datetime) -> None:
    programme, cast = publish(match, now), match.cast
    confirm(cast, ask(programme, cast.ana, match.visit, now), now)

    zoes, anas, brams = (text_of(signed_in(one), address_of(programme)) for one in (cast.zoe, cast.ana, cast.bram))

    assert seats_in(zoes) == seats_in(anas) == ["confirmed"]
    assert "Teixits Almarge" not in zoes
    assert "Teixits Almarge" in anas
    assert "Teixits Almarge" in brams


def test_guests_of_the_hosts_country_join_without_an_exchange(match: Match, now: datetime) -> None:
    programme, cast = publish(match, now), match.cast
    bram, address = signed_in(cast.bram), address_of(programme)
    wrong = bram.post(f"{address}add-guest/", {"name": "Rui Sampaio"})

    somebody = {"name": "Rui Sampaio", "organisation_name": "Fiação Nova, Lda.", "country": "PT"}
    elsewhere = bram.post(f"{address}add-guest/", somebody | {"country": "ES"})
    assert Guest.objects.count() == 0
    added = bram.post(f"{address}add-guest/", somebody)

    assert (wrong.status_code, elsewhere.status_code, added.status_code) == (422, 422, 302)
    assert 'data-error="guest_from_another_country"' in elsewhere.content.decode()
    assert "Rui Sampaio" in text_of(bram, address)
    anas = text_of(signed_in(cast.ana), address)
    assert "1 guest of the host" in anas
    assert "Rui Sampaio" not in anas
    assert (Exchange.objects.count(), queries.seats_left(programme)) == (0, 2)
    for person in (cast.dov, cast.ana):
        assert signed_in(person).post(f"{address}add-guest/", somebody).status_code == 403
    guest = Guest.objects.get()
    assert signed_in(cast.ana).post(f"{address}guests/{guest.pk}/remove-guest/").status_code == 403
    assert bram.post(f"{address}guests/{guest.pk}/remove-guest/").status_code == 302
    assert Guest.objects.count() == 0
    written = EntryPayload.objects.filter(entry__action="name_guests").values_list("body", flat=True)
    assert [body for body in written if "added" in body] == [{"added": guest.pk}]
    assert "Rui" not in str(list(written))


def test_ana_asks_for_a_seat_on_the_page_and_is_told_of_a_missing_message(match: Match, now: datetime) -> None:
    programme = publish(match, now)
    ana, address = signed_in(match.cast.ana), address_of(programme)
    assert 'data-action="ask_for_seat"' in text_of(ana, address)

    missing = ana.post(f"{address}ask-for-seat/", {"message": " "})
    asked = ana.post(f"{address}ask-for-seat/", {"message": "We want to learn it."})

    assert (missing.status_code, 'data-error="message_missing"' in missing.content.decode()) == (422, True)
    seat = Proposal.objects.get()
    assert (asked.status_code, asked["Location"]) == (302, f"/matching/proposals/{seat.reference}/")
    assert 'data-action="ask_for_seat"' not in text_of(ana, address)
    assert signed_in(match.cast.bram).post(f"{address}ask-for-seat/", {"message": "Me"}).status_code == 403


def test_bram_publishes_on_the_page_with_an_agenda_for_each_half_day(match: Match) -> None:
    bram = signed_in(match.cast.bram)
    sent: dict[str, object] = {
        "title": "Three days", "description": "Looms.", "place": "Guimarães", "first_day": "2026-04-14",
        "last_day": "2026-04-16", "asked_until": "2026-04-01", "places": "30",
    }  # fmt: skip
    text_of(bram, f"{LIST}publish-programme/")

    without = bram.post(f"{LIST}publish-programme/", sent)
    rows = {f"agenda_{day.isoformat()}_{half}": "Looms" for day in DAYS for half in ("morning", "afternoon")}
    made = bram.post(f"{LIST}publish-programme/", sent | rows)

    assert without.status_code == 422
    assert 'data-error="agenda_too_short"' in without.content.decode()
    assert 'name="agenda_2026-04-16_afternoon"' in without.content.decode()
    assert made.status_code == 302
    assert [row["activity"] for row in Programme.objects.get().agenda] == ["Looms"] * 6


def test_a_list_of_three_group_exchanges_needs_no_more_queries_than_a_list_of_one(match: Match, now: datetime) -> None:
    publish(match, now)
    client = signed_in(match.cast.ana)
    text_of(client, LIST)
    with CaptureQueriesContext(connection) as one:
        text_of(client, LIST)
    publish(match, now)
    publish(match, now)
    with CaptureQueriesContext(connection) as three:
        text_of(client, LIST)

    assert len(three) == len(one)
