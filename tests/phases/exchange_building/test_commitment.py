"""The life of a Commitment to Quality: what stands against agreeing, validating and signing, and what follows."""

from collections.abc import Callable
from datetime import date, datetime, timedelta
from typing import Any

import pytest

from clusterxchange.access.actions import Action
from clusterxchange.access.actor import SYSTEM, Actor
from clusterxchange.access.capacities import HP, VP, Capacity, H, V
from clusterxchange.documents.models import Document
from clusterxchange.journeys.demonstration.story import Stay, Story, seen
from clusterxchange.parties.partnerships.models import Budget
from clusterxchange.phases.exchange_building import operations
from clusterxchange.phases.exchange_building.models import Commitment
from clusterxchange.phases.registration.models import Participation
from clusterxchange.scheme.models import EditionVersion
from clusterxchange.workflow import consents, obligations
from clusterxchange.workflow.engine import NotAllowed, NotDone, Refused
from clusterxchange.workflow.models import Entry, Obligation
from tests.bring import bring_exchange_to
from tests.cast import Cast

pytestmark = pytest.mark.django_db


def agree(story: Story, actor: Actor | None = None, capacity: Capacity = V) -> Commitment:
    return operations.agree_commitment(
        story.commitment, **seen(story.commitment), actor=actor or story.visitor, at=story.at, capacity=capacity
    )


def sign(story: Story, actor: Actor, capacity: Capacity, at: datetime | None = None) -> Commitment:
    return operations.sign_commitment(
        story.commitment,
        version=str(story.commitment.version),
        text_sha256=story.commitment.text_sha256,
        is_authenticated=True,
        actor=actor,
        at=at or story.at,
        capacity=capacity,
    )


def change(story: Story, **values: object) -> None:
    operations.edit_commitment(story.commitment, values=values, actor=story.visitor, at=story.at, capacity=V)


def code_of(step: Callable[[], object]) -> str:
    with pytest.raises(NotDone) as caught:
        step()
    return caught.value.refusal.code


def test_the_text_begins_with_what_is_known(cast: Cast) -> None:
    text = bring_exchange_to(cast, "matched").commitment

    assert text.purposes == ["learn_from_actors"]
    assert text.objectives_visitor == "How recycled yarn runs on a fast loom."
    assert text.place == "Mill Lane 3, Guimarães"
    assert text.working_language == "en"
    assert text.distance_km == 732
    assert set(text.responsibilities) == {"V", "H", "VP", "HP"}
    assert all(text.responsibilities.values())


@pytest.mark.parametrize(
    ("changed", "code"),
    [
        ({"description": ""}, "text_incomplete"),
        ({"last_day": date(2026, 4, 15)}, "under_three_working_days"),
        ({"last_day": date(2026, 5, 14)}, "over_one_month"),
        ({"last_day": date(2026, 4, 17)}, "days_not_consecutive"),
        ({"declares_no_internship": False}, "declaration_missing"),
        ({"declares_first_visit": False}, "declaration_missing"),
        ({"purposes": ["employment"]}, "purpose_not_allowed"),
    ],
)
def test_a_text_that_breaks_a_rule_cannot_be_agreed(cast: Cast, changed: dict[str, Any], code: str) -> None:
    story = bring_exchange_to(cast, "drafted")
    change(story, **changed)

    assert code_of(lambda: agree(story)) == code


def test_a_half_day_short_of_three_days_is_too_short(cast: Cast) -> None:
    story = bring_exchange_to(cast, "drafted")
    change(
        story, plan=[row for row in story.commitment.plan if (row["day"], row["half"]) != ("2026-04-16", "afternoon")]
    )

    assert story.commitment.working_days == 2
    assert code_of(lambda: agree(story)) == "under_three_working_days"


def test_a_public_holiday_counts_once_a_contact_point_has_admitted_it(cast: Cast) -> None:
    # 25 April is a Saturday and a holiday in Portugal.
    story = bring_exchange_to(cast, "drafted", stay=Stay(date(2026, 4, 23), date(2026, 4, 25)))
    plan = [{**row, "activity": "Open house"} for row in story.text()["plan"]]
    change(story, plan=plan)
    assert story.commitment.working_days == 2

    operations.edit_commitment(
        story.commitment, values={"admitted_days": {"2026-04-25": "Open house of the host"}},
        actor=story.host_contact, at=story.at, capacity=HP,
    )  # fmt: skip

    assert story.commitment.working_days == 3
    agree(story)


def test_a_side_that_is_suspended_and_a_visit_that_is_used_stand_against_it(cast: Cast) -> None:
    story = bring_exchange_to(cast, "drafted")
    Participation.objects.filter(pk=story.host_participation.pk).update(state="SUSPENDED")
    assert code_of(lambda: agree(story)) == "side_not_accepted"
    Participation.objects.filter(pk=story.host_participation.pk).update(state="ACTIVE")

    Participation.objects.filter(pk=story.visitor_participation.pk).update(visit="USED")
    assert code_of(lambda: agree(story)) == "visit_already_used"


def test_two_sides_in_one_country_or_in_none_that_takes_part_stand_against_it(cast: Cast) -> None:
    story = bring_exchange_to(cast, "drafted")
    representative = cast.bram.representative
    assert representative is not None
    representative.based_in = "ES"
    representative.save()
    assert code_of(lambda: agree(story)) == "same_country"

    representative.based_in = "GB"
    representative.save()
    assert code_of(lambda: agree(story)) == "country_not_participating"


def test_an_organisation_agrees_for_itself_alone(cast: Cast) -> None:
    story = bring_exchange_to(cast, "drafted")

    with pytest.raises(NotAllowed):
        agree(story, story.visitor, H)
    agree(story)
    assert code_of(lambda: agree(story)) == "already_signed"
    assert story.commitment.state == "DRAFTING"


def test_nobody_validates_before_both_agreed_or_signs_before_both_validated(cast: Cast) -> None:
    story = bring_exchange_to(cast, "drafted")

    def validate() -> None:
        operations.validate_commitment(
            story.commitment, **seen(story.commitment), actor=story.visitor_contact, at=story.at, capacity=VP
        )

    assert code_of(validate) == "not_agreed_by_both"
    assert code_of(lambda: sign(story, story.visitor, V)) == "not_agreed_by_both"
    story.tell("agreed")
    assert code_of(lambda: sign(story, story.visitor, V)) == "not_validated_by_both"


def test_words_that_hint_at_an_internship_are_answered_by_each_contact_point(cast: Cast) -> None:
    story = bring_exchange_to(cast, "drafted")
    change(story, description="An intern shows the looms to the visitor.")
    for actor, capacity in ((story.visitor, V), (story.host, H)):
        agree(story, actor, capacity)
    story.told += ["agreed"]

    with pytest.raises(Refused) as caught:
        operations.validate_commitment(
            story.commitment, **seen(story.commitment), actor=story.visitor_contact, at=story.at, capacity=VP
        )
    assert (caught.value.refusal.code, caught.value.refusal.field) == ("hint_unanswered", "hint_reason")

    for actor, capacity in ((story.visitor_contact, VP), (story.host_contact, HP)):
        operations.validate_commitment(
            story.commitment,
            **seen(story.commitment),
            hint_reason="The intern is the host's.",
            actor=actor,
            at=story.at,
            capacity=capacity,
        )
    assert story.commitment.state == "SIGNING"
    assert set(story.commitment.hint_answers) == {"VP", "HP"}


def test_the_validated_text_is_frozen_with_its_rules_and_its_file(cast: Cast) -> None:
    story = bring_exchange_to(cast, "validated")
    text = story.commitment

    assert text.state == "SIGNING"
    assert text.edition_version == EditionVersion.objects.get(edition=story.exchange.edition)
    assert text.frozen is not None
    assert text.frozen["parties"][0]["organisation"] == "Teixits Almarge, S.L."
    assert text.frozen["working_days"] == 3
    assert len(text.text_sha256) == 64
    assert text.document is not None
    assert code_of(lambda: change(story, description="Another text")) == "wrong_state"


def test_each_signature_is_bound_to_the_fingerprint_of_the_text(cast: Cast) -> None:
    story = bring_exchange_to(cast, "validated")
    frozen = story.commitment.text_sha256

    story.tell("commitment_signed")

    text = story.commitment
    given = consents.standing(text, "commitment", Action.SIGN_COMMITMENT)
    assert {consent.text_sha256 for consent in given} == {frozen}
    assert {consent.capacity for consent in given} == {"V", "H", "VP", "HP"}
    assert not Document.objects.filter(is_draft=True).exists()
    assert story.exchange.state == "AGREED"


def test_nobody_signs_without_having_shown_who_they_are(cast: Cast) -> None:
    story = bring_exchange_to(cast, "validated")

    def unproven() -> None:
        operations.sign_commitment(
            story.commitment,
            version=str(story.commitment.version),
            text_sha256=story.commitment.text_sha256,
            is_authenticated=False,
            actor=story.visitor,
            at=story.at,
            capacity=V,
        )

    assert code_of(unproven) == "password_wrong"


def test_the_last_signature_comes_before_the_first_day_is_past(cast: Cast) -> None:
    story = bring_exchange_to(cast, "validated")
    for actor, capacity in ((story.visitor, V), (story.host, H), (story.visitor_contact, VP)):
        sign(story, actor, capacity)
    late = datetime(2026, 4, 15, 8, 0, tzinfo=story.at.tzinfo)

    assert code_of(lambda: sign(story, story.host_contact, HP, late)) == "start_in_the_past"
    assert story.commitment.state == "SIGNING"


def test_a_declined_signature_opens_the_next_version_and_takes_every_signature_with_it(cast: Cast) -> None:
    story = bring_exchange_to(cast, "validated")
    sign(story, story.visitor, V)
    before = story.commitment.text_sha256

    operations.decline_signature(story.commitment, reason_code="content_changed", actor=story.host, at=story.at)

    text = story.commitment
    assert (text.state, text.version, text.frozen) == ("CHANGES_REQUESTED", 2, None)
    assert text.text_sha256 != before
    assert not consents.standing(text, "commitment", Action.SIGN_COMMITMENT)
    assert story.exchange.commitments.count() == 1


def test_a_step_that_asks_for_a_reason_is_refused_without_one(cast: Cast) -> None:
    story = bring_exchange_to(cast, "agreed")

    def without() -> None:
        operations.request_changes(story.commitment, reason_code="", actor=story.host_contact, at=story.at)

    def other_without_words() -> None:
        operations.request_changes(story.commitment, reason_code="other", actor=story.host_contact, at=story.at)

    assert code_of(without) == "reason_missing"
    assert code_of(other_without_words) == "reason_missing"


def test_an_amendment_leaves_the_signed_version_in_force_until_the_next_is_signed(cast: Cast) -> None:
    story = bring_exchange_to(cast, "ready")
    signed = story.commitment

    operations.amend_commitment(Commitment.objects.get(pk=signed.pk), actor=story.host, at=story.at)

    assert (story.commitment.version, story.commitment.state) == (2, "DRAFTING")
    signed.refresh_from_db()
    assert signed.state == "SIGNED"
    assert story.exchange.commitment == signed
    assert (
        code_of(
            lambda: operations.amend_commitment(Commitment.objects.get(pk=signed.pk), actor=story.host, at=story.at)
        )
        == "amendment_is_open"
    )

    change(story, first_day=date(2026, 4, 14), last_day=date(2026, 4, 20), plan=_five_days(story))
    story.told = [step for step in story.told if step not in {"agreed", "validated", "commitment_signed", "ready"}]
    story.tell("commitment_signed")

    signed.refresh_from_db()
    assert signed.state == "SUPERSEDED"
    assert story.exchange.commitment == story.commitment
    assert story.exchange.state == "READY"
    assert Entry.objects.filter(action="supersede_commitment").count() == 1

    story.tell("ready")
    assert list(story.exchange.financial_agreements.order_by("version").values_list("state", "amount_cents")) == [
        ("SUPERSEDED", 39_000), ("SIGNED", 78_000),
    ]  # fmt: skip
    budget = Budget.objects.get(partnership=cast.loom)
    assert (budget.committed_cents, budget.reserved_cents) == (78_000, 0)


def _five_days(story: Story) -> list[dict[str, str]]:
    days = [date(2026, 4, 14) + timedelta(days=number) for number in (0, 1, 2, 3, 6)]
    row = {"activity": "Trials", "place": "", "people": "", "result": ""}
    assert story.commitment.state == "DRAFTING"
    return [{"day": day.isoformat(), "half": half, **row} for day in days for half in ("morning", "afternoon")]


def test_a_cancelled_exchange_asks_nobody_for_anything(cast: Cast) -> None:
    story = bring_exchange_to(cast, "validated")

    operations.cancel_exchange(story.exchange, reason_code="illness", actor=story.visitor, at=story.at)

    assert not Obligation.objects.filter(
        root_kind="exchange", root_id=story.exchange.pk, closed_at__isnull=True
    ).exists()
    assert code_of(lambda: sign(story, story.visitor, V)) == "wrong_state"


@pytest.mark.parametrize("step", ["drafted", "agreed", "validated", "commitment_signed", "ready", "ended"])
def test_the_stored_obligations_are_those_of_the_tables(cast: Cast, step: str) -> None:
    story = bring_exchange_to(cast, step)

    assert obligations.differences(story.at) == []


def test_after_a_stay_of_three_days_the_visit_is_used_and_the_place_is_free(cast: Cast) -> None:
    story = bring_exchange_to(cast, "ended")

    story.visitor_participation.refresh_from_db()
    story.proposal.refresh_from_db()
    assert story.visitor_participation.visit == "USED"
    assert story.proposal.releases_place
    assert story.exchange.ended_at is not None


def test_a_visitor_who_does_not_come_leaves_the_decision_to_its_partnership(cast: Cast) -> None:
    story = bring_exchange_to(cast, "running")

    def cancel(actor: Actor, capacity: Capacity) -> None:
        operations.cancel_exchange(story.exchange, reason_code="no_show", actor=actor, at=story.at, capacity=capacity)

    assert code_of(lambda: cancel(story.visitor_contact, VP)) == "no_show_not_reported"
    operations.report_no_show(story.exchange, reason="Nobody came on the first day.", actor=story.host, at=story.at)
    assert code_of(lambda: cancel(story.host, H)) == "not_allowed"
    cancel(story.visitor_contact, VP)
    assert story.exchange.state == "CANCELLED"
    story.visitor_participation.refresh_from_db()
    assert story.visitor_participation.visit == "FREE"


def test_an_interruption_needs_its_reason_and_can_be_resumed(cast: Cast) -> None:
    story = bring_exchange_to(cast, "running")

    assert (
        code_of(
            lambda: operations.interrupt_exchange(story.exchange, reason=" ", actor=story.visitor_contact, at=story.at)
        )
        == "reason_missing"
    )
    operations.interrupt_exchange(story.exchange, reason="Flood", actor=story.visitor_contact, at=story.at)
    assert story.exchange.state == "INTERRUPTED"
    operations.resume_exchange(story.exchange, reason="The road is open", actor=story.visitor_contact, at=story.at)
    assert story.exchange.state == "RUNNING"


def test_an_exchange_is_closed_only_once_it_is_settled(cast: Cast) -> None:
    story = bring_exchange_to(cast, "ended")
    assert (
        code_of(lambda: operations.close_exchange(story.exchange, settled=False, actor=SYSTEM, at=story.at))
        == "exchange_not_settled"
    )

    operations.close_exchange(story.exchange, settled=True, actor=SYSTEM, at=story.at)
    assert story.exchange.counted_for == cast.loom
