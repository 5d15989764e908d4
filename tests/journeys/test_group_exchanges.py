"""A group exchange across the phases: a change reaches every text, and many are consented to at once."""

from datetime import date, timedelta

import pytest

from clusterxchange.access.actions import Action
from clusterxchange.access.capacities import HP, VP, H, V
from clusterxchange.foundation import clock
from clusterxchange.journeys.demonstration.story import seen
from clusterxchange.journeys.group_exchanges import operations
from clusterxchange.phases.exchange_building import operations as building
from clusterxchange.phases.exchange_building.models import Commitment, Exchange
from clusterxchange.phases.matching.models import Programme
from clusterxchange.workflow import consents
from clusterxchange.workflow.engine import NotAllowed, Refused
from tests.cast import PASSWORD, Cast, Person, signed_in
from tests.phases.matching.conftest import TUESDAY, Match, make_match
from tests.phases.matching.group import DAYS, agenda, ask, confirm, publish, values
from tests.phases.matching.test_pages import text_of

AT = TUESDAY
# The same three weekdays a week later.
LATER = tuple(day + timedelta(days=7) for day in DAYS)


@pytest.fixture
def match(cast: Cast) -> Match:
    return make_match(cast)


@pytest.fixture
def group(match: Match) -> Programme:
    """A group with two confirmed seats: Ana's and Zoe's."""
    programme = publish(match, AT)
    for person, visit in ((match.cast.ana, match.visit), (match.cast.zoe, match.zoes_visit)):
        confirm(match.cast, ask(programme, person, visit, AT), AT)
    return programme


@pytest.fixture
def now(db: None) -> None:  # noqa: ARG001 -- asks for the database
    """Let the clock of the pages stand on the second day."""
    clock.set_clock(TUESDAY)


def text_with(person: Person) -> Commitment:
    exchange = Exchange.objects.get(visiting_organisation=person.organisation)
    return operations.latest_text(exchange)


def complete(text: Commitment, person: Person) -> None:
    building.edit_commitment(
        text,
        values={
            "travel_days": 2,
            "outcomes": [{"outcome": "A trial plan", "indicator": "Trials agreed"}],
            "declares_no_internship": True,
            "declares_different_countries": True,
            "declares_first_visit": True,
        },
        actor=person.actor,
        at=AT,
        capacity=V,
    )


def agree(text: Commitment, person: Person) -> None:
    building.agree_commitment(text, **seen(text), actor=person.actor, at=AT, capacity=V)


def picks(*texts: Commitment) -> dict[str, tuple[str, str]]:
    fresh = [Commitment.objects.get(pk=text.pk) for text in texts]
    return {str(text.exchange.reference): (str(text.version), text.text_sha256) for text in fresh}


def consent(group: Programme, action: Action, person: Person, *texts: Commitment) -> list[str]:
    capacity = H if person.organisation else HP
    results = operations.consent_together(
        group, action, capacity=capacity, seen=picks(*texts), is_authenticated=True, actor=person.actor, at=AT
    )
    return [one.refusal.code if one.refusal else "done" for one in results]


def bring_to_signing(group: Programme, cast: Cast) -> tuple[Commitment, Commitment]:
    texts = (text_with(cast.ana), text_with(cast.zoe))
    for text, person in zip(texts, (cast.ana, cast.zoe), strict=True):
        complete(text, person)
        agree(text, person)
    assert consent(group, Action.AGREE_COMMITMENT, cast.bram, *texts) == ["done", "done"]
    for text in texts:
        text.refresh_from_db()
        building.validate_commitment(text, **seen(text), actor=cast.chiara.actor, at=AT, capacity=VP)
    assert consent(group, Action.VALIDATE_COMMITMENT, cast.dov, *texts) == ["done", "done"]
    for text in texts:
        text.refresh_from_db()
    return texts


def test_a_change_of_the_group_reaches_the_drafts_and_takes_yeses_back(group: Programme, match: Match) -> None:
    cast = match.cast
    text = text_with(cast.ana)
    complete(text, cast.ana)
    agree(text, cast.ana)

    found = operations.change_programme(
        group,
        values=values(first_day=LATER[0], last_day=LATER[-1], agenda=agenda(*LATER)),
        actor=cast.bram.actor,
        at=AT,
    )

    assert [one.what for one in found] == ["drafted", "drafted"]
    for person in (cast.ana, cast.zoe):
        changed = text_with(person)
        assert (changed.version, changed.first_day, changed.last_day) == (1, LATER[0], LATER[-1])
        assert (changed.plan, changed.working_days) == (agenda(*LATER), 3)
    assert consents.given(text, "commitment", Action.AGREE_COMMITMENT) == frozenset()
    group.refresh_from_db()
    assert group.version == 2


def test_a_change_of_the_group_drafts_an_amendment_of_each_text_that_is_signed(group: Programme, match: Match) -> None:
    cast = match.cast
    texts = bring_to_signing(group, cast)
    for text, person in zip(texts, (cast.ana, cast.zoe), strict=True):
        building.sign_commitment(text, **seen(text), is_authenticated=True, actor=person.actor, at=AT, capacity=V)
        building.sign_commitment(text, **seen(text), is_authenticated=True, actor=cast.chiara.actor, at=AT, capacity=VP)
    assert consent(group, Action.SIGN_COMMITMENT, cast.bram, *texts) == ["done", "done"]
    # One is signed by all four, of the other one signature is missing still.
    assert consent(group, Action.SIGN_COMMITMENT, cast.dov, texts[0]) == ["done"]

    found = operations.change_programme(group, values=values(place="Another mill"), actor=cast.bram.actor, at=AT)
    assert [one.what for one in found] == ["amended", "amended"]

    for person, state in ((cast.ana, "DRAFTING"), (cast.zoe, "CHANGES_REQUESTED")):
        latest = text_with(person)
        assert (latest.version, latest.state, latest.place) == (2, state, "Another mill")
    signed = Commitment.objects.get(exchange=texts[0].exchange, version=1)
    assert (signed.state, signed.place, signed.exchange.commitment_id) == ("SIGNED", group_place(), signed.pk)


def group_place() -> str:
    return str(values()["place"])


def test_a_text_that_waits_for_validation_takes_the_change_over_once_a_contact_point_returns_it(
    group: Programme, match: Match
) -> None:
    cast = match.cast
    text = text_with(cast.ana)
    complete(text, cast.ana)
    agree(text, cast.ana)
    consent(group, Action.AGREE_COMMITMENT, cast.bram, text)

    found = operations.change_programme(group, values=values(place="Another mill"), actor=cast.bram.actor, at=AT)

    assert [one.what for one in found] == ["waits", "drafted"]
    assert text_with(cast.ana).place == group_place()
    assert text_with(cast.zoe).place == "Another mill"

    text.refresh_from_db()
    building.request_changes(text, reason_code=operations.CONTENT_CHANGED, actor=cast.chiara.actor, at=AT, capacity=VP)

    returned = text_with(cast.ana)
    assert (returned.state, returned.place) == ("CHANGES_REQUESTED", "Another mill")
    # What the two write after that is theirs.
    building.edit_commitment(returned, values={"place": "Our own mill"}, actor=cast.ana.actor, at=AT, capacity=V)
    agree(text_with(cast.ana), cast.ana)
    consent(group, Action.AGREE_COMMITMENT, cast.bram, returned)
    building.request_changes(
        text_with(cast.ana), reason_code=operations.CONTENT_CHANGED, actor=cast.chiara.actor, at=AT, capacity=VP
    )
    assert text_with(cast.ana).place == "Our own mill"


def test_a_change_that_breaks_a_rule_changes_nothing(group: Programme, match: Match) -> None:
    with pytest.raises(Refused) as days:
        operations.change_programme(
            group, values=values(last_day=date(2026, 4, 15)), actor=match.cast.bram.actor, at=AT
        )
    with pytest.raises(Refused) as places:
        operations.change_programme(group, values=values(places=1), actor=match.cast.bram.actor, at=AT)
    with pytest.raises(NotAllowed):
        operations.change_programme(group, values=values(), actor=match.cast.ana.actor, at=AT)

    assert (days.value.refusal.code, places.value.refusal.code) == ("under_three_working_days", "places_are_given")
    assert text_with(match.cast.ana).last_day == DAYS[-1]


@pytest.mark.usefixtures("now")
def test_host_and_its_partnership_say_yes_to_all_with_one_password(group: Programme, match: Match) -> None:
    cast = match.cast
    texts = bring_to_signing(group, cast)
    address = f"/matching/group-exchanges/{group.reference}/together/"
    bram = signed_in(cast.bram)
    page = text_of(bram, address)
    assert page.count('name="pick"') == 2
    assert page.count('type="password"') == 1
    chosen = [f"{reference} {version} {sha}" for reference, (version, sha) in picks(*texts).items()]
    sent: dict[str, object] = {"action": "sign_commitment", "capacity": "H", "pick": chosen}

    wrong = bram.post(address, sent | {"password": "not this one"})
    stale = bram.post(address, sent | {"password": PASSWORD, "pick": [f"{chosen[0][:-1]}x"]})
    for text in texts:
        assert consents.given(text, "commitment", Action.SIGN_COMMITMENT) == frozenset()
    done = bram.post(address, sent | {"password": PASSWORD})

    assert (wrong.status_code, 'data-error="password_wrong"' in wrong.content.decode()) == (422, True)
    assert "has changed" in stale.content.decode()
    assert done.status_code == 200
    for text in texts:
        assert consents.given(text, "commitment", Action.SIGN_COMMITMENT) == frozenset({H})
    dovs = signed_in(cast.dov).post(
        address, {"action": "sign_commitment", "capacity": "HP", "pick": chosen, "password": PASSWORD}
    )
    assert dovs.status_code == 200
    for text in texts:
        assert consents.given(text, "commitment", Action.SIGN_COMMITMENT) == frozenset({H, HP})


@pytest.mark.usefixtures("now")
def test_bram_sees_before_a_change_what_it_means_for_each_exchange(group: Programme, match: Match) -> None:
    cast = match.cast
    bram = signed_in(cast.bram)
    address = f"/matching/group-exchanges/{group.reference}/"

    page = text_of(bram, f"{address}change-programme/")
    halves = [(day.isoformat(), half) for day in DAYS for half in ("morning", "afternoon")]
    rows: dict[str, object] = {f"agenda_{day}_{half}": "Cards" for day, half in halves}
    sent = rows | {
        "title": "Three days at the cards", "description": "Cards.", "place": "Guimarães", "places": "2",
        "asked_until": "2026-04-01", "first_day": "2026-04-14", "last_day": "2026-04-16",
    }  # fmt: skip
    changed = bram.post(f"{address}change-programme/", sent)

    assert "Teixits Almarge, S.L.: the draft gets the new days and agenda" in page
    assert changed.status_code == 302
    assert {row["activity"] for row in text_with(cast.zoe).plan} == {"Cards"}
    for person, status in ((cast.ana, 403), (cast.dov, 403), (cast.nuno, 404)):
        assert signed_in(person).post(f"{address}change-programme/", sent).status_code == status
    assert signed_in(cast.ana).get(f"{address}together/").status_code == 302
    text_of(signed_in(cast.dov), f"{address}together/")
