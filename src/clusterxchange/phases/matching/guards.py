"""What must be true before a step (matching)."""

from dataclasses import replace

from clusterxchange.access.actions import Action
from clusterxchange.access.capacities import HP, H
from clusterxchange.phases.matching import queries
from clusterxchange.phases.matching.engine.participant import PHYSICAL
from clusterxchange.phases.matching.engine.rules import broken_condition
from clusterxchange.phases.matching.models import AbuseReport, ProgrammeState
from clusterxchange.phases.matching.rules import places_left, refusal_of_programme, reveals_an_address
from clusterxchange.phases.registration.models import Participation
from clusterxchange.scheme import terms
from clusterxchange.scheme.proposals import has_room_for_another, may_be_asked_again
from clusterxchange.workflow.obligations import OFFICE_COUNTRY, SCHEME_ZONE
from clusterxchange.workflow.tables import Refusal, Situation

PROGRAMME_COLUMNS = ("first_day", "last_day", "asked_until", "places", "agenda")
FIRST_STEPS = frozenset({Action.SEND_PROPOSAL, Action.SUGGEST_MATCH})


def sides_of(situation: Situation) -> tuple[Participation, Participation]:
    """Give the participation on whose side somebody acts, and the other one."""
    visitor, host = situation.subject.visitor_participation, situation.subject.host_participation
    return (host, visitor) if situation.capacity in (H, HP) else (visitor, host)


def message_is_written(situation: Situation) -> Refusal | None:
    """Whether the sender has written something."""
    return None if situation.subject.message.strip() else Refusal("message_missing", field="message")


def partner_is_available(situation: Situation) -> Refusal | None:
    """Whether both sides are accepted, and the partner open to proposals where a proposal begins."""
    own, partner = sides_of(situation)
    if own.edition_id != partner.edition_id:
        return Refusal("other_edition")
    if own.state not in queries.LISTED:
        return Refusal("own_participation_not_available")
    begins = situation.action in FIRST_STEPS
    if partner.state not in queries.LISTED or (begins and not queries.is_available(partner)):
        return Refusal("partner_not_available")
    return None


def no_hard_condition_is_broken(situation: Situation) -> Refusal | None:
    """Whether nothing stands between the two: roles, countries; for a stay also dates and the one visit."""
    proposal = situation.subject
    visitor, host = proposal.visitor_participation, proposal.host_participation
    sides = (
        queries.participant_of(visitor, occupied=0, visit_is_free=not queries.visit_is_taken(visitor)),
        queries.participant_of(host, occupied=0),
    )
    if proposal.programme is not None:
        # Whoever asks for a seat has agreed to the days of the group.
        days = ((proposal.programme.first_day, proposal.programme.last_day),)
        sides = (replace(sides[0], windows=days), replace(sides[1], windows=days))
    broken = broken_condition(*sides, situation.scheme, proposal.format)
    return None if broken is None else Refusal(broken.code)


def open_proposals_are_few(situation: Situation) -> Refusal | None:
    """Whether the visiting organisation has room for one more open proposal; hosts are not bounded."""
    own, _partner = sides_of(situation)
    if situation.capacity is H or has_room_for_another(situation.scheme, queries.open_sent_by(own)):
        return None
    return Refusal("too_many_open_proposals", {"most": situation.scheme.proposals.open_per_visitor})


def same_partner_was_not_asked_lately(situation: Situation) -> Refusal | None:
    """Whether the pause since the sender last asked this partner is over, and nothing is open between the two."""
    proposal, scheme = situation.subject, situation.scheme
    visitor, host = proposal.visitor_participation, proposal.host_participation
    if proposal.sender_organisation_id is not None:
        asked_at = queries.last_asked_at(proposal.sender_organisation_id, visitor, host)
        asked_on = asked_at.astimezone(SCHEME_ZONE).date() if asked_at else None
        if not may_be_asked_again(scheme, asked_on, situation.at.astimezone(SCHEME_ZONE).date()):
            return Refusal("same_partner_asked_lately", {"days": scheme.proposals.same_partner_pause_days})
    if queries.open_between(visitor, host).exists():
        return Refusal("proposal_is_open_already")
    return None


def place_is_free(situation: Situation) -> Refusal | None:
    """Whether the host can take one more; counted under the lock on its participation."""
    proposal = situation.subject
    host = proposal.host_participation
    if proposal.programme is not None:
        # A seat may be asked for while all are given: it waits.
        is_asked = situation.action is Action.SEND_PROPOSAL
        return None if is_asked or queries.seats_left(proposal.programme) else Refusal("no_place_left")
    if places_left(host.places, queries.occupied_places(host)):
        return None
    return Refusal("no_place_left")


def visit_is_free(situation: Situation) -> Refusal | None:
    """Whether the visiting organisation still has its one visit; a virtual exchange needs none."""
    proposal = situation.subject
    if proposal.format == PHYSICAL and queries.visit_is_taken(proposal.visitor_participation):
        return Refusal("visit_already_used")
    return None


def proposal_has_not_expired(situation: Situation) -> Refusal | None:
    """Whether there is still time to answer, also where the tool has not closed yet what is over."""
    proposal = situation.subject
    if not queries.is_no_seat(proposal):
        return None
    own, _partner = sides_of(situation)
    country = own.organisation.country or OFFICE_COUNTRY
    if situation.at >= terms.due_at(situation.scheme, "proposal", proposal.state_since, country):
        return Refusal("proposal_expired")
    return None


def decline_reason_is_listed(situation: Situation) -> Refusal | None:
    """Whether the reason is one of the edition's list."""
    if situation.inputs.get("reason") in situation.scheme.code_lists["proposal_decline_reasons"]:
        return None
    return Refusal("decline_reason_missing", field="reason")


def partner_is_not_registered(situation: Situation) -> Refusal | None:
    """Whether the partner cannot be found in the catalogue, so that an invitation is the way."""
    proposal = situation.subject
    if queries.is_accepted_somewhere(proposal.invited_email):
        return Refusal("partner_is_registered", field="email")
    return None


def own_side_may_invite(situation: Situation) -> Refusal | None:
    """Whether the inviting side is accepted, has its visit and, as a visitor, room for one more open proposal."""
    proposal, scheme = situation.subject, situation.scheme
    own = proposal.visitor_participation or proposal.host_participation
    if own.state not in queries.LISTED:
        return Refusal("own_participation_not_available")
    if own != proposal.visitor_participation:
        return None
    if proposal.format == PHYSICAL and queries.visit_is_taken(own):
        return Refusal("visit_already_used")
    if not has_room_for_another(scheme, queries.open_sent_by(own)):
        return Refusal("too_many_open_proposals", {"most": scheme.proposals.open_per_visitor})
    return None


def message_reveals_no_address(situation: Situation) -> Refusal | None:
    """Whether nobody can be reached past the tool by what was written before both have agreed."""
    return Refusal("address_in_message", field="message") if reveals_an_address(situation.subject.message) else None


def words_reveal_no_address(situation: Situation) -> Refusal | None:
    """Whether the words beside an answer hold no address."""
    text = situation.inputs.get("text") or ""
    return Refusal("address_in_message", field="text") if reveals_an_address(text) else None


def conversation_is_open(situation: Situation) -> Refusal | None:
    """Whether neither side has blocked the other."""
    proposal = situation.subject
    found = queries.conversation_of(proposal.visitor_participation, proposal.host_participation)
    return Refusal("conversation_blocked") if found is not None and found.state == "BLOCKED" else None


def the_two_may_meet(situation: Situation) -> Refusal | None:
    """Whether the two are of one edition and both in the lists; countries and dates are talked about."""
    own, partner = sides_of(situation)
    if own.edition_id != partner.edition_id:
        return Refusal("other_edition")
    if own.organisation_id == partner.organisation_id:
        return Refusal("own_organisation")
    if own.state not in queries.LISTED:
        return Refusal("own_participation_not_available")
    return None if partner.state in queries.LISTED else Refusal("partner_not_available")


def abuse_reason_is_listed(situation: Situation) -> Refusal | None:
    """Whether the report says what is wrong, and in words where it is something else."""
    reason = situation.inputs.get("reason")
    if reason not in AbuseReport.Reason.values:
        return Refusal("abuse_reason_missing", field="reason")
    if reason == AbuseReport.Reason.OTHER and not (situation.inputs.get("text") or "").strip():
        return Refusal("abuse_text_missing", field="text")
    return None


def programme_takes_requests(situation: Situation) -> Refusal | None:
    """Whether seats can still be asked for, where the proposal is one for a seat."""
    programme = situation.subject.programme
    if programme is None:
        return None
    on = situation.at.astimezone(SCHEME_ZONE).date()
    if programme.state != ProgrammeState.OPEN or on > programme.asked_until:
        return Refusal("programme_closed")
    return None


def programme_goes_on(situation: Situation) -> Refusal | None:
    """Whether the group exchange of a seat is neither cancelled nor has begun."""
    programme = situation.subject.programme
    if programme is None:
        return None
    if situation.at.astimezone(SCHEME_ZONE).date() >= programme.first_day:
        return Refusal("programme_has_begun")
    return Refusal("programme_closed") if programme.state == ProgrammeState.CANCELLED else None


def host_may_publish(situation: Situation) -> Refusal | None:
    """Whether the participation is a host that is in the lists."""
    host = situation.subject.host_participation
    if host.role != "host":
        return Refusal("roles_do_not_complete")
    return None if host.state in queries.LISTED else Refusal("own_participation_not_available")


def programme_is_allowed(situation: Situation) -> Refusal | None:
    """Whether days, places and agenda keep to the rules, as they stand or as they are to be changed."""
    programme, values = situation.subject, situation.inputs.get("values", {})
    new = {name: values.get(name, getattr(programme, name)) for name in PROGRAMME_COLUMNS}
    country = programme.host_participation.organisation.country
    on = situation.at.astimezone(SCHEME_ZONE).date()
    found = refusal_of_programme(situation.scheme, country, on, **new)
    if found is not None:
        return Refusal(found[0], field=found[1])
    given = queries.confirmed_seats(programme).count() if programme.pk else 0
    return Refusal("places_are_given", {"given": given}, field="places") if new["places"] < given else None


def programme_reveals_no_address(situation: Situation) -> Refusal | None:
    """Whether nobody can reach the host past the tool by what all visitors read of its group exchange."""
    programme, values = situation.subject, situation.inputs.get("values", {})
    new = {name: values.get(name, getattr(programme, name)) for name in ("title", "description", "agenda")}
    new["agenda"] = "\n".join(row.get("activity", "") for row in new["agenda"])
    field = next((name for name, text in new.items() if reveals_an_address(text)), None)
    return None if field is None else Refusal("address_in_message", field=field)


def no_seat_is_confirmed(situation: Situation) -> Refusal | None:
    """Whether nobody has a seat whose exchange would have to be cancelled first."""
    return Refusal("seats_are_confirmed") if queries.confirmed_seats(situation.subject).exists() else None
