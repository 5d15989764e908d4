"""A proposal, from its sending to the match."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.core import mail

from clusterxchange.phases.matching import operations, queries
from clusterxchange.phases.matching.jobs import send_invitation
from clusterxchange.phases.matching.models import Proposal
from clusterxchange.phases.registration import operations as registration
from clusterxchange.phases.registration.models import Disclosure, Participation
from clusterxchange.workflow import obligations
from clusterxchange.workflow.cases import timeline_of
from clusterxchange.workflow.deadlines import run_due
from clusterxchange.workflow.engine import NotAllowed, Refused, WrongState
from clusterxchange.workflow.mails import mail_of
from clusterxchange.workflow.models import Entry, Notice
from clusterxchange.workflow.registry import machine_named
from tests.bring import bring_application_to, bring_participation
from tests.cast import ALCOI, make_speaker
from tests.phases.matching.conftest import OPORTO, TUESDAY, Match, bring_host


def send(match: Match, **given: Any) -> Proposal:  # noqa: ANN401 -- arguments of the operation
    answers: dict[str, Any] = {
        "sender": match.visit,
        "partner": match.host,
        "message": "We spin, you weave.",
        "format": "physical",
        "actor": match.cast.ana.actor,
        "at": TUESDAY,
    } | given
    return operations.send_proposal(**answers)


def test_ana_sends_and_bram_must_answer_within_14_days(match: Match) -> None:
    proposal = send(match)

    assert proposal.state == "SENT"
    assert str(proposal.reference).startswith("PRO-2026-")
    (waiting,) = obligations.mine(match.cast.bram.actor).filter(kind="proposal")
    assert (waiting.action, waiting.capacity) == ("accept_proposal", "H")
    # The term ends at the end of 17 March in Lisbon, 14 days after the 3rd (scheme.md section 10).
    assert waiting.due_at == datetime(2026, 3, 18, tzinfo=UTC)
    assert list(obligations.mine(match.cast.ana.actor).filter(kind="proposal")) == []
    told = Notice.objects.filter(kind="proposal").values_list("account__email", "topic")
    assert list(told) == [("bram@cast.example", "your_turn")]


def test_an_accepted_physical_proposal_claims_the_visit_and_discloses_both_people(match: Match) -> None:
    proposal = send(match)

    operations.accept_proposal(proposal, actor=match.cast.bram.actor, at=TUESDAY + timedelta(days=1))

    proposal.refresh_from_db()
    match.visit.refresh_from_db()
    assert (proposal.state, match.visit.visit) == ("ACCEPTED", "CLAIMED")
    assert set(Disclosure.objects.values_list("participation_id", "to_organisation_id")) == {
        (match.visit.pk, match.host.organisation_id),
        (match.host.pk, match.visit.organisation_id),
    }
    assert list(Entry.objects.filter(kind="proposal").values_list("action", "capacity", "after")) == [
        ("send_proposal", "V", "SENT"),
        ("accept_proposal", "H", "ACCEPTED"),
    ]


def test_a_virtual_exchange_needs_no_common_dates_and_takes_no_visit(match: Match) -> None:
    match.host.windows.update(first_day="2026-08-01", last_day="2026-08-31")
    with pytest.raises(Refused) as refused:
        send(match)

    proposal = send(match, format="virtual")
    operations.accept_proposal(proposal, actor=match.cast.bram.actor, at=TUESDAY)

    match.visit.refresh_from_db()
    assert (refused.value.refusal.code, match.visit.visit) == ("windows_do_not_overlap", "FREE")


def test_a_match_closes_the_visitors_other_physical_proposals_only(match: Match) -> None:
    _boris, borises = bring_host(match.cast, "boris")
    _berta, bertas = bring_host(match.cast, "berta")
    first, other, virtual = send(match), send(match, partner=borises), send(match, partner=bertas, format="virtual")

    operations.accept_proposal(first, actor=match.cast.bram.actor, at=TUESDAY)

    other.refresh_from_db()
    virtual.refresh_from_db()
    assert (other.state, virtual.state) == ("CLOSED", "SENT")


def test_a_proposal_without_a_message_is_refused_at_the_field(match: Match) -> None:
    with pytest.raises(Refused) as refused:
        send(match, message="  ")

    assert (refused.value.refusal.code, refused.value.refusal.field) == ("message_missing", "message")
    assert Proposal.objects.count() == 0


def test_the_sixth_open_proposal_is_one_too_many(match: Match) -> None:
    for name in ("beatriz", "bento", "berta", "boris", "branca"):
        send(match, partner=bring_host(match.cast, name)[1])

    with pytest.raises(Refused) as refused:
        send(match)

    assert refused.value.refusal.code == "too_many_open_proposals"


def test_the_same_partner_can_be_asked_again_after_30_days(match: Match) -> None:
    proposal = send(match)
    operations.withdraw_proposal(proposal, actor=match.cast.ana.actor, at=TUESDAY)

    with pytest.raises(Refused) as refused:
        send(match, at=TUESDAY + timedelta(days=29))
    again = send(match, at=TUESDAY + timedelta(days=30))

    assert refused.value.refusal.code == "same_partner_asked_lately"
    assert again.state == "SENT"


def test_while_a_proposal_is_open_the_other_side_does_not_send_a_second(match: Match) -> None:
    send(match)

    with pytest.raises(Refused) as refused:
        send(match, sender=match.host, partner=match.visit, actor=match.cast.bram.actor)

    assert refused.value.refusal.code == "proposal_is_open_already"


def test_two_of_one_country_cannot_be_matched(match: Match) -> None:
    _person, spanish = bring_host(match.cast, "borja", place=ALCOI)

    with pytest.raises(Refused) as refused:
        send(match, partner=spanish)

    assert refused.value.refusal.code == "same_country"


def test_two_visitors_cannot_be_matched(match: Match) -> None:
    with pytest.raises(Refused) as refused:
        send(match, partner=match.zoes_visit)

    assert refused.value.refusal.code == "roles_do_not_complete"


def test_a_reserved_host_is_not_available(match: Match) -> None:
    registration.reserve_participation(
        match.host, reason="A match is being made.", actor=match.cast.dov.actor, at=TUESDAY
    )

    with pytest.raises(Refused) as refused:
        send(match)

    assert refused.value.refusal.code == "partner_not_available"


def test_a_host_with_two_places_takes_two_visitors_and_then_one_more_when_a_place_is_released(match: Match) -> None:
    first = send(match)
    second = send(match, sender=match.zoes_visit, actor=match.cast.zoe.actor)
    for proposal in (first, second):
        operations.accept_proposal(proposal, actor=match.cast.bram.actor, at=TUESDAY)
    assert queries.occupied_places(match.host) == 2

    operations.release_place(first)

    assert queries.occupied_places(match.host) == 1


def test_a_host_without_a_place_is_not_asked(match: Match) -> None:
    Participation.objects.filter(pk=match.host.pk).update(places=1)
    operations.accept_proposal(send(match), actor=match.cast.bram.actor, at=TUESDAY)

    with pytest.raises(Refused) as refused:
        send(match, sender=match.zoes_visit, actor=match.cast.zoe.actor)

    assert refused.value.refusal.code == "no_place_left"


def test_nobody_answers_their_own_proposal_and_zoe_answers_nobodys(match: Match) -> None:
    proposal = send(match)

    for person in (match.cast.ana, match.cast.zoe, match.cast.chiara):
        with pytest.raises(NotAllowed):
            operations.accept_proposal(proposal, actor=person.actor, at=TUESDAY)
    with pytest.raises(NotAllowed):
        operations.withdraw_proposal(proposal, actor=match.cast.bram.actor, at=TUESDAY)


def test_a_decline_needs_a_reason_of_the_list(match: Match) -> None:
    proposal = send(match)
    with pytest.raises(Refused) as refused:
        operations.decline_proposal(proposal, reason="because", actor=match.cast.bram.actor, at=TUESDAY)

    operations.decline_proposal(
        proposal, reason="dates_do_not_fit", text="In May?", actor=match.cast.bram.actor, at=TUESDAY
    )

    proposal.refresh_from_db()
    assert (refused.value.refusal.code, refused.value.refusal.field) == ("decline_reason_missing", "reason")
    assert (proposal.state, proposal.decline_reason, proposal.decline_text) == (
        "DECLINED",
        "dates_do_not_fit",
        "In May?",
    )


def test_a_second_click_finds_the_match_made_already(match: Match) -> None:
    proposal = send(match)
    operations.accept_proposal(proposal, actor=match.cast.bram.actor, at=TUESDAY)

    with pytest.raises(WrongState):
        operations.accept_proposal(proposal, actor=match.cast.bram.actor, at=TUESDAY)


def test_a_proposal_expires_on_the_15th_day_and_says_so_afterwards(match: Match) -> None:
    proposal = send(match)
    with pytest.raises(Refused) as late:
        operations.accept_proposal(proposal, actor=match.cast.bram.actor, at=TUESDAY + timedelta(days=15))

    run_due(TUESDAY + timedelta(days=15))

    proposal.refresh_from_db()
    with pytest.raises(WrongState) as over:
        operations.accept_proposal(proposal, actor=match.cast.bram.actor, at=TUESDAY + timedelta(days=15))
    assert proposal.state == "EXPIRED"
    assert (late.value.refusal.code, over.value.refusal.code) == ("proposal_expired", "proposal_expired")


def test_a_proposal_stays_open_until_midnight_where_it_must_be_answered(match: Match) -> None:
    # Ana in Spain asks Bram in Portugal: 17 March ends at 23:00 UTC in Madrid, and an hour later in Lisbon.
    proposal = send(match)

    run_due(datetime(2026, 3, 17, 23, 30, tzinfo=UTC))
    proposal.refresh_from_db()
    assert proposal.state == "SENT"

    run_due(datetime(2026, 3, 18, tzinfo=UTC))
    proposal.refresh_from_db()
    assert proposal.state == "EXPIRED"


def test_a_host_that_never_answers_is_nudged_at_3_and_hidden_at_5_until_it_writes_itself(match: Match) -> None:
    def let_expire(number: int) -> None:
        at = TUESDAY + timedelta(days=31 * number)
        send(match, format="virtual", at=at)
        run_due(at + timedelta(days=16))
        match.host.refresh_from_db()

    nudges = Notice.objects.filter(action="expire_proposal", topic="reminder", account=match.cast.bram.account)
    for number in range(2):
        let_expire(number)
    assert nudges.count() == 0
    let_expire(2)
    assert (nudges.count(), match.host.hidden_reason) == (1, "")
    for number in (3, 4):
        let_expire(number)
    assert (nudges.count(), match.host.hidden_reason) == (2, "unanswered_proposals")
    at = TUESDAY + timedelta(days=160)
    with pytest.raises(Refused) as refused:
        send(match, format="virtual", at=at)
    assert refused.value.refusal.code == "partner_not_available"

    send(match, sender=match.host, partner=match.visit, actor=match.cast.bram.actor, format="virtual", at=at)

    match.host.refresh_from_db()
    assert match.host.hidden_reason == ""


def test_a_suggestion_becomes_a_match_when_both_agree(match: Match) -> None:
    proposal = operations.suggest_match(
        participant=match.visit,
        partner=match.host,
        message="",
        format="physical",
        actor=match.cast.chiara.actor,
        at=TUESDAY,
    )
    assert (proposal.state, proposal.suggested_by, proposal.sender_organisation) == ("SUGGESTED", match.cast.loom, None)

    operations.accept_suggestion(proposal, actor=match.cast.bram.actor, at=TUESDAY)
    assert proposal.state == "SUGGESTED"
    with pytest.raises(Refused) as twice:
        operations.accept_suggestion(proposal, actor=match.cast.bram.actor, at=TUESDAY)
    operations.accept_suggestion(proposal, actor=match.cast.ana.actor, at=TUESDAY)

    match.visit.refresh_from_db()
    assert twice.value.refusal.code == "already_signed"
    assert (proposal.state, match.visit.visit) == ("ACCEPTED", "CLAIMED")


def test_a_contact_point_suggests_only_its_own_participants_and_accepts_for_nobody(match: Match) -> None:
    with pytest.raises(NotAllowed):
        operations.suggest_match(
            participant=match.visit,
            partner=match.host,
            message="",
            format="physical",
            actor=match.cast.zoe.actor,
            at=TUESDAY,
        )
    proposal = operations.suggest_match(
        participant=match.host,
        partner=match.visit,
        message="",
        format="physical",
        actor=match.cast.dov.actor,
        at=TUESDAY,
    )

    with pytest.raises(NotAllowed):
        operations.accept_suggestion(proposal, actor=match.cast.dov.actor, at=TUESDAY)


def test_an_invitation_is_mailed_once_and_becomes_a_proposal_when_the_partner_is_accepted(match: Match) -> None:
    proposal = operations.invite_partner(
        sender=match.visit, name="Bela", email="Bela@cast.example", message="As agreed.", format="physical",
        actor=match.cast.ana.actor, at=TUESDAY,
    )  # fmt: skip
    assert proposal.state == "INVITED"
    for _twice in range(2):
        send_invitation(proposal_id=proposal.pk, language="en")
    assert [(one.to, one.subject) for one in mail.outbox] == [
        (["bela@cast.example"], "Teixits Almarge, S.L. invites you to an exchange")
    ]
    bela = make_speaker("bela", "Bela Vaz", "Vaz Fiação, Lda.", OPORTO, cluster="Fios do Norte")

    application = bring_application_to(
        match.cast,
        bela,
        "accepted",
        partnership=match.cast.selvedge,
        officer=match.cast.dov.actor,
        role="host",
        at=TUESDAY,
    )

    proposal.refresh_from_db()
    assert (proposal.state, proposal.host_participation) == ("SENT", application.participations.get())
    operations.accept_proposal(proposal, actor=bela.actor, at=TUESDAY + timedelta(days=1))
    assert proposal.state == "ACCEPTED"


def test_who_has_invited_a_partner_with_whom_no_exchange_is_possible_is_told_why(match: Match) -> None:
    proposal = operations.invite_partner(
        sender=match.visit, name="Borja", email="borja@cast.example", message="As agreed.", format="physical",
        actor=match.cast.ana.actor, at=TUESDAY,
    )  # fmt: skip

    bring_host(match.cast, "borja", ALCOI)

    proposal.refresh_from_db()
    told = Notice.objects.get(action="report_impossible_invitation")
    assert (proposal.state, told.account, told.path) == (
        "INVITED",
        match.cast.ana.account,
        f"/matching/proposals/{proposal.reference}/",
    )
    assert mail_of(told).subject.startswith(
        "Your invitation cannot become a proposal. Both organisations are in the same country."
    )


def test_who_takes_part_already_is_not_invited(match: Match) -> None:
    with pytest.raises(Refused) as refused:
        operations.invite_partner(
            sender=match.visit, name="Bram", email="bram@cast.example", message="", format="physical",
            actor=match.cast.ana.actor, at=TUESDAY,
        )  # fmt: skip

    assert (refused.value.refusal.code, refused.value.refusal.field) == ("partner_is_registered", "email")


def test_zoe_does_not_see_the_proposal_that_ana_and_chiara_see(match: Match) -> None:
    proposal = send(match)

    cast = match.cast
    assert [list(queries.proposals_for(person.actor)) for person in (cast.ana, cast.bram, cast.dov)] == [[proposal]] * 3
    assert list(queries.proposals_for(cast.zoe.actor)) == []
    assert list(queries.proposals_for(cast.nuno.actor)) == []


def test_nobody_proposes_an_exchange_to_themselves(match: Match) -> None:
    own_host = bring_participation(
        match.cast, match.cast.ana, partnership=match.cast.loom, officer=match.cast.chiara.actor, role="host"
    )

    with pytest.raises(Refused) as refused:
        send(match, partner=own_host)

    assert refused.value.refusal.code == "own_organisation"


def test_a_partner_who_has_withdrawn_is_not_asked(match: Match) -> None:
    registration.withdraw_participation(match.host, actor=match.cast.bram.actor, at=TUESDAY)

    with pytest.raises(Refused) as refused:
        send(match)

    assert refused.value.refusal.code == "partner_not_available"


def test_the_owner_of_a_cv_sees_which_organisation_has_opened_it(match: Match) -> None:
    operations.accept_proposal(send(match), actor=match.cast.bram.actor, at=TUESDAY)
    operations.open_curriculum_vitae(match.host, actor=match.cast.ana.actor, at=TUESDAY)

    timeline = timeline_of(machine_named("participation"), match.host, match.cast.bram.actor)

    assert [one["sentence"] for one in timeline.rows if "curriculum" in one["sentence"].lower()] == [
        "Visiting organisation opened the curriculum vitae."
    ]
