"""What people do to find each other and to agree on an exchange."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from typing import Any

from clusterxchange.access import decide
from clusterxchange.access.actions import Action
from clusterxchange.access.actor import SYSTEM, Actor
from clusterxchange.access.capacities import HP, SO, VP, Capacity, H, V
from clusterxchange.phases.matching import effects, keeping, queries, states
from clusterxchange.phases.matching.engine.participant import VISIT
from clusterxchange.phases.matching.engine.rules import broken_condition
from clusterxchange.phases.matching.engine.score import PARTS
from clusterxchange.phases.matching.models import (
    AbuseReport,
    Conversation,
    ConversationState,
    Guest,
    MatchPlan,
    OfferedDates,
    PartnerMark,
    PlannedPair,
    Programme,
    Proposal,
    ProposalState,
    SavedSearch,
    ShownList,
)
from clusterxchange.phases.matching.rules import OPEN, PHYSICAL, refusal_of_dates, reveals_an_address
from clusterxchange.phases.registration.models import Participation
from clusterxchange.scheme.models import Edition
from clusterxchange.workflow import engine, notices, registry, thread
from clusterxchange.workflow.models import Message
from clusterxchange.workflow.obligations import SCHEME_ZONE
from clusterxchange.workflow.tables import Refusal, Situation
from clusterxchange.workflow.thread import Attachment

SEARCHES_AT_MOST = 20


def new_proposal(
    *,
    own: Participation,
    partner: Participation | None,
    message: str,
    format: str,  # noqa: A002 -- the word that the scheme has for it
    capacity: Capacity,
) -> Proposal:
    """Make a proposal that is not saved yet; the side on which somebody stands follows from its role."""
    visitor, host = (own, partner) if own.role == VISIT else (partner, own)
    return Proposal(
        visitor_participation=visitor,
        host_participation=host,
        sender_organisation=own.organisation if capacity in (V, H) else None,
        suggested_by=own.partnership if capacity in (VP, HP) else None,
        message=message,
        format=format,
    )


def side_of(participation: Participation, *, is_partnership: bool = False) -> Capacity:
    """Give the capacity in which somebody acts for a participation in this phase."""
    if is_partnership:
        return VP if participation.role == VISIT else HP
    return V if participation.role == VISIT else H


def send_proposal(
    *,
    sender: Participation,
    partner: Participation,
    message: str,
    format: str,  # noqa: A002 -- as above
    actor: Actor,
    at: datetime,
) -> Proposal:
    """Ask a partner for an exchange; sending is the sender's own confirmation of the match.

    :raises NotDone: NotAllowed, or Refused with the code of what stands against it.
    """
    with engine.unit_of_work(actor, at):
        own, other = _locked(sender, partner)
        capacity = side_of(own)
        proposal = new_proposal(own=own, partner=other, message=message, format=format, capacity=capacity)
        engine.begin(
            proposal,
            Action.SEND_PROPOSAL,
            actor=actor,
            at=at,
            capacity=capacity,
            inputs={"format": format, "message": message},
        )
    return proposal


def suggest_match(
    *,
    participant: Participation,
    partner: Participation,
    message: str,
    format: str,  # noqa: A002 -- as above
    actor: Actor,
    at: datetime,
) -> Proposal:
    """Suggest a participant and a partner to each other as a contact point; both have to say yes.

    :raises NotDone: as for a proposal.
    """
    with engine.unit_of_work(actor, at):
        own, other = _locked(participant, partner)
        capacity = side_of(own, is_partnership=True)
        proposal = new_proposal(own=own, partner=other, message=message, format=format, capacity=capacity)
        engine.begin(
            proposal,
            Action.SUGGEST_MATCH,
            actor=actor,
            at=at,
            capacity=capacity,
            inputs={"format": format, "message": message},
        )
    return proposal


def invite_partner(
    *,
    sender: Participation,
    name: str,
    email: str,
    message: str,
    format: str,  # noqa: A002 -- as above
    actor: Actor,
    at: datetime,
) -> Proposal:
    """Invite a partner with whom an exchange is agreed already and who is not registered yet.

    :raises NotDone: as for a proposal.
    """
    with engine.unit_of_work(actor, at):
        (own,) = _locked(sender)
        capacity = side_of(own)
        proposal = new_proposal(own=own, partner=None, message=message, format=format, capacity=capacity)
        proposal.is_prior_agreement, proposal.invited_name, proposal.invited_email = True, name, email.lower()
        engine.begin(
            proposal, Action.INVITE_PARTNER, actor=actor, at=at, capacity=capacity,
            inputs={"format": format, "message": message, "name": name, "email": email},
        )  # fmt: skip
    return proposal


def accept_proposal(proposal: Proposal, *, actor: Actor, at: datetime, capacity: Capacity | None = None) -> Proposal:
    """Say yes to a proposal: the match is made, both sides see each other's person, a physical one takes the visit."""
    engine.move(proposal, Action.ACCEPT_PROPOSAL, actor=actor, at=at, capacity=capacity)
    return proposal


def accept_suggestion(proposal: Proposal, *, actor: Actor, at: datetime, capacity: Capacity | None = None) -> Proposal:
    """Say yes to what a contact point has suggested; the second yes makes the match."""
    engine.move(proposal, Action.ACCEPT_SUGGESTION, actor=actor, at=at, capacity=capacity)
    return proposal


def decline_proposal(
    proposal: Proposal, *, reason: str, text: str = "", actor: Actor, at: datetime, capacity: Capacity | None = None
) -> Proposal:
    """Say no, with a reason from the edition's list."""
    inputs = {"reason": reason, "text": text}
    engine.move(proposal, Action.DECLINE_PROPOSAL, actor=actor, at=at, capacity=capacity, inputs=inputs)
    return proposal


def withdraw_proposal(proposal: Proposal, *, actor: Actor, at: datetime, capacity: Capacity | None = None) -> Proposal:
    """Take back a proposal or an invitation that has no answer yet."""
    engine.move(proposal, Action.WITHDRAW_PROPOSAL, actor=actor, at=at, capacity=capacity)
    return proposal


def release_place(proposal: Proposal) -> None:
    """Give the host its place back, once the exchange of this proposal is cancelled or has ended."""
    Proposal.objects.filter(pk=proposal.pk).update(releases_place=True)
    proposal.releases_place = True
    if proposal.programme is not None:
        effects.look_at_seats_of(proposal.programme)


def note_whether_change_waits(proposal: Proposal, *, waits: bool) -> None:
    """Note of a confirmed seat whether a change of its group still has to reach the text of its exchange."""
    Proposal.objects.filter(pk=proposal.pk).update(waits_for_change=waits)
    proposal.waits_for_change = waits


def open_invitations_of(participations: Iterable[Participation], emails: Iterable[str], *, at: datetime) -> None:
    """Turn the invitations that waited for a newly accepted partner into proposals to it.

    One against which a hard condition stands is left as it is and expires; whoever sent it is told why.
    """
    by_role = {participation.role: participation for participation in participations}
    for proposal in queries.invitations_to(emails):
        missing = "host" if proposal.visitor_participation_id else VISIT
        own = proposal.visitor_participation or proposal.host_participation
        partner = by_role.get(missing)
        if own is None:
            continue
        code = _against_opening(proposal, own, partner, at)
        if partner is None or code:
            effects.tell_inviter(proposal, code, at)
            continue
        column = "visitor_participation" if missing == VISIT else "host_participation"
        setattr(proposal, column, partner)
        proposal.save(update_fields=[column])
        engine.move(proposal, Action.OPEN_INVITATION, actor=SYSTEM, at=at)


def _against_opening(proposal: Proposal, own: Participation, partner: Participation | None, at: datetime) -> str:
    if partner is None:
        return "roles_do_not_complete"
    if partner.edition_id != own.edition_id:
        return "other_edition"
    sides = queries.participant_of(own), queries.participant_of(partner)
    broken = broken_condition(*sides, states.PROPOSAL.scheme_of(proposal, at), proposal.format)
    return broken.code if broken is not None else ""


def _locked(*participations: Participation) -> tuple[Participation, ...]:
    """Lock participations, visitors before hosts, and read them anew, in the order in which they were named."""
    fresh = {}
    for one in sorted(participations, key=lambda side: (side.role != VISIT, side.pk)):
        rows = Participation.objects.select_for_update(of=("self",)).select_related("organisation", "partnership")
        fresh[one.pk] = rows.get(pk=one.pk)
    return tuple(fresh[one.pk] for one in participations)


def refusal_against(
    action: Action,
    *,
    own: Participation,
    partner: Participation,
    format: str,  # noqa: A002 -- as above
    actor: Actor,
    at: datetime,
) -> Refusal | None:
    """Give what stands against a proposal or a suggestion before anything is written; nothing is saved or locked."""
    capacity = side_of(own, is_partnership=action is Action.SUGGEST_MATCH)
    proposal = new_proposal(own=own, partner=partner, message="-", format=format, capacity=capacity)
    situation = Situation(proposal, action, actor, capacity, at, states.PROPOSAL.scheme_of(proposal, at))
    line = states.PROPOSAL.row_for(action, None)
    guards = line.only_if if line is not None else ()
    return next((refusal for guard in guards if (refusal := guard(situation)) is not None), None)


def open_curriculum_vitae(participation: Participation, *, actor: Actor, at: datetime) -> None:
    """Note in the journal of a participant who has read its person's CV.

    :raises NotAllowed: the CV is not disclosed to the reader.
    """
    action = Action.OPEN_CURRICULUM_VITAE
    is_party = bool(decide.acting_capacities(actor, "participation", action, participation))
    other_side = H if participation.role == VISIT else V
    engine.record(participation, action, actor=actor, at=at, capacity=None if is_party else other_side)


def save_organisation(participation: Participation, *, partner: Participation, actor: Actor, at: datetime) -> None:
    """Keep a partner among those that a participant has saved.

    :raises NotAllowed: the actor does not speak for the participant.
    :raises Refused: the partner is not of the other role in the same edition.
    """
    _mark(participation, partner, PartnerMark.Mark.SAVED, Action.SAVE_ORGANISATION, actor=actor, at=at)


def remove_saved_organisation(
    participation: Participation, *, partner: Participation, actor: Actor, at: datetime
) -> None:
    """Take a partner from those that were saved; nothing happens where it was not.

    :raises NotAllowed: as for saving.
    """
    _unmark(participation, partner, PartnerMark.Mark.SAVED, Action.REMOVE_SAVED_ORGANISATION, actor=actor, at=at)


def hide_organisation(participation: Participation, *, partner: Participation, actor: Actor, at: datetime) -> None:
    """Leave a partner out of a participant's best matches from now on; the catalogue still has it.

    :raises NotDone: as for saving.
    """
    _mark(participation, partner, PartnerMark.Mark.HIDDEN, Action.HIDE_ORGANISATION, actor=actor, at=at)


def show_organisation_again(
    participation: Participation, *, partner: Participation, actor: Actor, at: datetime
) -> None:
    """Let a hidden partner stand among the best matches again.

    :raises NotAllowed: as for saving.
    """
    _unmark(participation, partner, PartnerMark.Mark.HIDDEN, Action.SHOW_ORGANISATION_AGAIN, actor=actor, at=at)


def _mark(
    participation: Participation,
    partner: Participation,
    mark: PartnerMark.Mark,
    action: Action,
    *,
    actor: Actor,
    at: datetime,
) -> None:
    # What somebody notes for their own lists is not written into the journal, which others of the case can read.
    with engine.unit_of_work(actor, at):
        engine.acting_capacity(registry.machine_of(participation), participation, action, actor, None)
        if participation.edition_id != partner.edition_id:
            raise engine.Refused(Refusal("other_edition"))
        if partner.role != queries.OTHER_ROLE[participation.role]:
            raise engine.Refused(Refusal("roles_do_not_complete"))
        PartnerMark.objects.get_or_create(participation=participation, partner=partner, mark=mark, defaults={"at": at})


def _unmark(
    participation: Participation,
    partner: Participation,
    mark: PartnerMark.Mark,
    action: Action,
    *,
    actor: Actor,
    at: datetime,
) -> None:
    with engine.unit_of_work(actor, at):
        engine.acting_capacity(registry.machine_of(participation), participation, action, actor, None)
        PartnerMark.objects.filter(participation=participation, partner=partner, mark=mark).delete()


def note_shown_list(
    participation: Participation,
    *,
    references: Sequence[str],
    first_position: int,
    version: str,
    to_contact_point: bool,
    at: datetime,
) -> None:
    """Write down who stood where in a list of best partners, and which ranking had made it."""
    ShownList.objects.create(
        participation=participation, references=list(references), first_position=first_position, version=version,
        to_contact_point=to_contact_point, at=at,
    )  # fmt: skip


def start_conversation(
    *,
    sender: Participation,
    partner: Participation,
    text: str,
    attachment: Attachment | None = None,
    actor: Actor,
    at: datetime,
) -> Conversation:
    """Write to a partner without a proposal; where the two have a conversation already, it goes on there.

    :raises NotDone: NotAllowed, or Refused with the code of what stands against it.
    """
    with engine.unit_of_work(actor, at):
        own, other = _locked(sender, partner)
        visitor, host = (own, other) if own.role == VISIT else (other, own)
        conversation = queries.conversation_of(visitor, host)
        if conversation is None:
            conversation = Conversation(visitor_participation=visitor, host_participation=host)
            engine.begin(conversation, Action.START_CONVERSATION, actor=actor, at=at, capacity=side_of(own))
        write_message(conversation, text=text, attachment=attachment, actor=actor, at=at)
    return conversation


def write_message(
    conversation: Conversation, *, text: str, attachment: Attachment | None = None, actor: Actor, at: datetime
) -> Message:
    """Add a message to a conversation; organisations are told, contact points once they have written themselves.

    :raises NotDone: NotAllowed; or Refused where one side has blocked the other, or the text holds an address too soon.
    """
    visitor, host = conversation.visitor_participation, conversation.host_participation
    with engine.unit_of_work(actor, at):
        engine.acting_capacity(states.CONVERSATION, conversation, Action.SAY_SOMETHING, actor, None)
        kept = Conversation.objects.select_for_update(of=("self",)).get(pk=conversation.pk)
        if kept.state == ConversationState.BLOCKED:
            raise engine.Refused(Refusal("conversation_blocked"))
        if not queries.has_been_agreed(visitor, host):
            # The door for files has put low lines between the words of a name.
            name = attachment.name.replace("_", " ") if attachment is not None else ""
            _see_that_no_address_is_revealed(text=text, attachment=name)
        told = {V, H} | {Capacity(one.capacity) for one in thread.messages_of(conversation)} - {SO}
        return thread.say_something(conversation, text=text, attachment=attachment, actor=actor, at=at, tells=told)


def _see_that_no_address_is_revealed(**answers: str) -> None:
    field = next((name for name, text in answers.items() if reveals_an_address(text)), None)
    if field is not None:
        raise engine.Refused(Refusal("address_in_message", field=field))


def block_conversation(
    conversation: Conversation, *, actor: Actor, at: datetime, capacity: Capacity | None = None
) -> Conversation:
    """Stop the other side from writing and from sending proposals."""
    engine.move(conversation, Action.BLOCK_CONVERSATION, actor=actor, at=at, capacity=capacity)
    return conversation


def unblock_conversation(
    conversation: Conversation, *, actor: Actor, at: datetime, capacity: Capacity | None = None
) -> Conversation:
    """Let the other side write again; only whoever has blocked it can."""
    engine.move(conversation, Action.UNBLOCK_CONVERSATION, actor=actor, at=at, capacity=capacity)
    return conversation


def report_abuse(
    conversation: Conversation,
    *,
    reason: str,
    text: str = "",
    actor: Actor,
    at: datetime,
    capacity: Capacity | None = None,
) -> Conversation:
    """Tell the support office that something is wrong in a conversation."""
    inputs = {"reason": reason, "text": text}
    engine.move(conversation, Action.REPORT_ABUSE, actor=actor, at=at, capacity=capacity, inputs=inputs)
    return conversation


def close_abuse_report(report: AbuseReport, *, answer: str, actor: Actor, at: datetime) -> AbuseReport:
    """Say to whoever reported something what the support office has done.

    :raises NotDone: NotAllowed, or WrongState where it is closed already.
    """
    with engine.unit_of_work(actor, at):
        engine.move(report, Action.CLOSE_ABUSE_REPORT, actor=actor, at=at, inputs={"answer": answer})
        people = [report.reported_by]
        notices.tell_people(people, report.conversation, Action.CLOSE_ABUSE_REPORT, SO, at, letter=answer)
    return report


def save_search(
    participation: Participation, *, filters: str, known: Sequence[int] | None = None, actor: Actor, at: datetime
) -> SavedSearch | None:
    """Keep a search of the catalogue for somebody who looks on behalf of a participant; kept once, however often asked.

    `known` are the participations that it finds now; without them the first look only notes who is there.

    :raises NotAllowed: the actor neither speaks for the participant nor guides it.
    :raises Refused: too_many_saved_searches.
    """
    with engine.unit_of_work(actor, at):
        (locked,) = _locked(participation)
        _see_that_they_may(locked, Action.SAVE_SEARCH, actor)
        own = queries.searches_of(actor).filter(participation=locked)
        kept = own.filter(filters=filters).first()
        if kept is None and own.count() >= SEARCHES_AT_MOST:
            raise engine.Refused(Refusal("too_many_saved_searches", {"most": SEARCHES_AT_MOST}))
        if kept is None and actor.account_id is not None:
            kept = SavedSearch.objects.create(
                participation=locked, account_id=actor.account_id, filters=filters, created_at=at, looked_at=at,
                known=known,
            )  # fmt: skip
        return kept


def switch_search_mails(
    search: SavedSearch, *, sends_mail: bool, known: Sequence[int] | None = None, actor: Actor, at: datetime
) -> None:
    """Let mails come for a search or stop them; what came up meanwhile is not told afterwards, `known` as for saving.

    :raises NotAllowed: it is not the actor's own.
    """
    with engine.unit_of_work(actor, at):
        _see_that_it_is_theirs(search, Action.SWITCH_SEARCH_MAILS, actor)
        search.sends_mail, search.looked_at, search.known = sends_mail, at, known
        search.save(update_fields=["sends_mail", "looked_at", "known"])


def remove_saved_search(search: SavedSearch, *, actor: Actor, at: datetime) -> None:
    """Forget a search.

    :raises NotAllowed: as for switching.
    """
    with engine.unit_of_work(actor, at):
        _see_that_it_is_theirs(search, Action.REMOVE_SAVED_SEARCH, actor)
        search.delete()


def _see_that_they_may(participation: Participation, action: Action, actor: Actor) -> None:
    # As with partners that are saved, nothing of it is written into the journal.
    engine.acting_capacity(registry.machine_of(participation), participation, action, actor, None)


def _see_that_it_is_theirs(search: SavedSearch, action: Action, actor: Actor) -> None:
    if search.account_id != actor.account_id:
        raise engine.NotAllowed(Refusal("not_allowed"))
    _see_that_they_may(search.participation, action, actor)


def offer_dates(
    proposal: Proposal,
    *,
    first_day: date,
    last_day: date,
    actor: Actor,
    at: datetime,
    capacity: Capacity | None = None,
) -> OfferedDates:
    """Offer days for the stay to the other side of an open proposal; what this side had offered before is replaced.

    :raises NotDone: NotAllowed, WrongState, or Refused with the rule that the days break.
    """
    with engine.unit_of_work(actor, at):
        side = _dates_are_open(proposal, Action.OFFER_DATES, actor, capacity)
        host = proposal.host_participation
        if host is None:
            raise engine.WrongState(Refusal("wrong_state", {"state": proposal.state}))
        scheme, country = states.PROPOSAL.scheme_of(proposal, at), host.organisation.country
        code = refusal_of_dates(scheme, country, first_day, last_day, at.astimezone(SCHEME_ZONE).date())
        if code is not None:
            field = "last_day" if code in ("end_before_start", "over_one_month") else "first_day"
            raise engine.Refused(Refusal(code, field=field))
        OfferedDates.objects.filter(proposal=proposal, capacity=side, accepted_at=None).delete()
        offered, _made = OfferedDates.objects.get_or_create(
            proposal=proposal, first_day=first_day, last_day=last_day, capacity=side, defaults={"at": at}
        )
        _record_dates(offered, Action.OFFER_DATES, actor, at, side)
    return offered


def accept_dates(
    offered: OfferedDates, *, actor: Actor, at: datetime, capacity: Capacity | None = None
) -> OfferedDates:
    """Agree to the days that the other side has offered; they hold until other ones are agreed.

    :raises NotDone: NotAllowed, also for the side that has offered them; WrongState once the proposal is answered.
    """
    with engine.unit_of_work(actor, at):
        proposal = offered.proposal
        side = _dates_are_open(proposal, Action.ACCEPT_DATES, actor, capacity)
        if not OfferedDates.objects.filter(pk=offered.pk).exists():
            raise engine.WrongState(Refusal("wrong_state", {"state": ""}))
        if side == offered.capacity:
            raise engine.NotAllowed(Refusal("not_allowed"))
        proposal.first_day, proposal.last_day = offered.first_day, offered.last_day
        proposal.save(update_fields=["first_day", "last_day"])
        offered.accepted_at = at
        offered.save(update_fields=["accepted_at"])
        _record_dates(offered, Action.ACCEPT_DATES, actor, at, side)
    return offered


def _dates_are_open(proposal: Proposal, action: Action, actor: Actor, capacity: Capacity | None) -> Capacity:
    side = engine.acting_capacity(states.PROPOSAL, proposal, action, actor, capacity)
    engine.lock(states.PROPOSAL, proposal)
    if proposal.state not in OPEN:
        raise engine.WrongState(Refusal("wrong_state", {"state": proposal.state}))
    conversation = queries.conversation_of(proposal.visitor_participation, proposal.host_participation)
    if conversation is not None and conversation.state == ConversationState.BLOCKED:
        raise engine.Refused(Refusal("conversation_blocked"))
    return side


def _record_dates(offered: OfferedDates, action: Action, actor: Actor, at: datetime, side: Capacity) -> None:
    days = {"first_day": offered.first_day.isoformat(), "last_day": offered.last_day.isoformat()}
    engine.record(
        offered.proposal, action, actor=actor, at=at, capacity=side, payload=days, tells={H if side is V else V},
        path=f"{states.PROPOSAL.address(offered.proposal)}dates/",
    )  # fmt: skip


def publish_programme(*, host: Participation, values: Mapping[str, Any], actor: Actor, at: datetime) -> Programme:
    """Offer a group exchange: its days, places and agenda are fixed, and seats can be asked for.

    :raises NotDone: NotAllowed, or Refused with the rule that stands against it.
    """
    with engine.unit_of_work(actor, at):
        (own,) = _locked(host)
        programme = Programme(host_participation=own, **values)
        inputs = {"title": programme.title, "places": programme.places}
        engine.begin(programme, Action.PUBLISH_PROGRAMME, actor=actor, at=at, capacity=H, inputs=inputs)
    return programme


def change_programme(
    programme: Programme, *, values: Mapping[str, Any], actor: Actor, at: datetime, capacity: Capacity | None = None
) -> Programme:
    """Change days, places or agenda of a group exchange; what follows for its exchanges is done by the caller."""
    inputs = {"values": dict(values)}
    engine.move(programme, Action.CHANGE_PROGRAMME, actor=actor, at=at, capacity=capacity, inputs=inputs)
    return programme


def close_programme(programme: Programme, *, actor: Actor, at: datetime, capacity: Capacity | None = None) -> Programme:
    """Take no more requests for seats; those that wait can still be confirmed."""
    engine.move(programme, Action.CLOSE_PROGRAMME, actor=actor, at=at, capacity=capacity)
    return programme


def cancel_programme(
    programme: Programme, *, actor: Actor, at: datetime, capacity: Capacity | None = None
) -> Programme:
    """Call a group exchange off before anybody has a seat; those who have asked are told."""
    engine.move(programme, Action.CANCEL_PROGRAMME, actor=actor, at=at, capacity=capacity)
    return programme


def ask_for_seat(programme: Programme, *, sender: Participation, message: str, actor: Actor, at: datetime) -> Proposal:
    """Ask for a seat in a group exchange; where all are given, the request waits in the order of asking.

    :raises NotDone: as for a proposal, and programme_closed.
    """
    with engine.unit_of_work(actor, at):
        own, host = _locked(sender, programme.host_participation)
        proposal = new_proposal(own=own, partner=host, message=message, format=PHYSICAL, capacity=side_of(own))
        proposal.programme = Programme.objects.get(pk=programme.pk)
        inputs = {"format": PHYSICAL, "message": message, "programme": programme.reference}
        engine.begin(proposal, Action.SEND_PROPOSAL, actor=actor, at=at, capacity=side_of(own), inputs=inputs)
    return proposal


def add_guest(
    programme: Programme, *, name: str, organisation_name: str, country: str, actor: Actor, at: datetime
) -> Guest:
    """Name somebody of the host's country who joins the group without a seat; the journal has no name.

    :raises NotDone: NotAllowed, where the actor does not speak for the host; Refused for another country.
    """
    with engine.unit_of_work(actor, at):
        engine.acting_capacity(states.PROGRAMME, programme, Action.NAME_GUESTS, actor, None)
        if country != programme.host_participation.organisation.country:
            raise engine.Refused(Refusal("guest_from_another_country", field="country"))
        guest = Guest.objects.create(
            programme=programme, name=name, organisation_name=organisation_name, country=country, at=at
        )
        engine.record(programme, Action.NAME_GUESTS, actor=actor, at=at, payload={"added": guest.pk})
        return guest


def remove_guest(guest: Guest, *, actor: Actor, at: datetime) -> None:
    """Take a guest from the list.

    :raises NotAllowed: as for adding one.
    """
    with engine.unit_of_work(actor, at):
        engine.record(guest.programme, Action.NAME_GUESTS, actor=actor, at=at, payload={"removed": guest.pk})
        guest.delete()


def ask_for_plan(edition: Edition, *, actor: Actor, at: datetime) -> MatchPlan:
    """Have a plan for the whole programme worked out, as suggestions that people confirm.

    :raises NotAllowed: the actor is not of the support office.
    """
    found = MatchPlan(edition=edition)
    engine.begin(found, Action.ASK_FOR_PLAN, actor=actor, at=at, capacity=SO)
    return found


def make_plan(found: MatchPlan, *, actor: Actor, at: datetime) -> MatchPlan:
    """Work the plan out and keep it."""
    planned, figures = keeping.plan_of(found.edition_id, at=at)
    references = [one.host_reference for one in planned]
    hosts = dict(Participation.objects.filter(reference__in=references).values_list("reference", "pk"))
    with engine.unit_of_work(actor, at):
        engine.move(found, Action.MAKE_PLAN, actor=actor, at=at, inputs={"planned": len(planned)})
        found.figures = figures
        found.save(update_fields=["figures"])
        PlannedPair.objects.bulk_create(
            PlannedPair(
                plan=found,
                visitor_participation=one.visitor,
                host_participation_id=hosts[one.host_reference],
                score=round(one.ranked.score * PARTS),
                band=one.ranked.band,
                reasons=[[reason.code, list(reason.there), list(reason.back)] for reason in one.ranked.fits],
            )
            for one in planned
        )
    return found


def confirm_planned_pair(pair: PlannedPair, *, message: str, actor: Actor, at: datetime) -> Proposal:
    """Suggest a pair of the plan to both sides as the support office; it is a match once both have said yes.

    :raises NotDone: NotAllowed; Refused where a rule stands against the two by now, or they know already.
    """
    with engine.unit_of_work(actor, at):
        visitor, host = _locked(pair.visitor_participation, pair.host_participation)
        proposal = new_proposal(own=visitor, partner=host, message=message, format=PHYSICAL, capacity=SO)
        engine.acting_capacity(states.PROPOSAL, proposal, Action.CONFIRM_SUGGESTION, actor, SO)
        _see_that_no_address_is_revealed(message=message)
        kept = PlannedPair.objects.select_for_update(of=("self",)).get(pk=pair.pk)
        if kept.proposal_id is not None:
            raise engine.Refused(Refusal("suggested_already"))
        refusal = refusal_against(Action.SUGGEST_MATCH, own=visitor, partner=host, format=PHYSICAL, actor=actor, at=at)
        if refusal is not None:
            raise engine.Refused(refusal)
        engine.establish(proposal, at=at, state=ProposalState.SUGGESTED)
        scheme = states.PROPOSAL.scheme_of(proposal, at)
        effects.open_conversation(Situation(proposal, Action.CONFIRM_SUGGESTION, actor, SO, at, scheme))
        kept.proposal = proposal
        kept.save(update_fields=["proposal"])
        engine.record(
            proposal, Action.CONFIRM_SUGGESTION, actor=actor, at=at, capacity=SO,
            payload={"pair": kept.pk}, tells={V, H},
        )  # fmt: skip
    return proposal
