"""What a step writes besides the state (matching)."""

from datetime import datetime

from django.db.models import QuerySet
from procrastinate.contrib.django import app as jobs_app

from clusterxchange.access.actions import Action
from clusterxchange.access.actor import SYSTEM
from clusterxchange.access.capacities import SYS, H
from clusterxchange.parties.accounts.models import Account
from clusterxchange.parties.memberships import people_of_organisations
from clusterxchange.phases.matching import queries
from clusterxchange.phases.matching.engine.participant import PHYSICAL
from clusterxchange.phases.matching.models import AbuseReport, Conversation, Programme, Proposal
from clusterxchange.phases.registration import operations as registration
from clusterxchange.scheme.proposals import Standing, standing_of
from clusterxchange.workflow import engine, notices, registry
from clusterxchange.workflow.models import Notice
from clusterxchange.workflow.tables import Situation

MAKE_PLAN = "clusterxchange.phases.matching.jobs.make_plan"
SEND_INVITATION = "clusterxchange.phases.matching.jobs.send_invitation"


def claim_visit(situation: Situation) -> None:
    """Take the visitor's one visit for a physical match."""
    proposal = situation.subject
    if proposal.format == PHYSICAL:
        registration.claim_visit(proposal.visitor_participation, at=situation.at)


def disclose_people(situation: Situation) -> None:
    """Let each side see the other's person and CV from now on."""
    visitor, host = situation.subject.visitor_participation, situation.subject.host_participation
    registration.disclose(visitor, to_organisation=host.organisation, at=situation.at)
    registration.disclose(host, to_organisation=visitor.organisation, at=situation.at)


def close_other_proposals(situation: Situation) -> None:
    """Close the visitor's other open physical proposals, since the one visit is taken."""
    proposal = situation.subject
    if proposal.format != PHYSICAL:
        return
    for other in queries.other_open_physical_proposals(proposal):
        engine.move(other, Action.CLOSE_PROPOSAL, actor=SYSTEM, at=situation.at)


def keep_decline_reason(situation: Situation) -> None:
    """Keep why the proposal was declined, for the other side."""
    proposal = situation.subject
    proposal.decline_reason = situation.inputs["reason"]
    proposal.decline_text = situation.inputs.get("text", "")
    proposal.save(update_fields=["decline_reason", "decline_text"])


def show_host_again(situation: Situation) -> None:
    """Show a host again that was hidden for not answering, as soon as it answers or writes itself."""
    host = situation.subject.host_participation
    if situation.capacity is H and host.hidden_reason == queries.UNANSWERED:
        host.hidden_reason = ""
        host.save(update_fields=["hidden_reason"])


def count_unanswered(situation: Situation) -> None:
    """Nudge a host that lets proposals expire; hide it from the lists, with the reason, when it goes on."""
    proposal = situation.subject
    host = proposal.host_participation
    is_no_request = host is None or proposal.sender_organisation_id in (None, host.organisation_id)
    if is_no_request or not queries.is_no_seat(proposal):
        return
    unanswered = queries.unanswered_by(host)
    standing = standing_of(situation.scheme, unanswered)
    if standing is Standing.HIDDEN and not host.hidden_reason:
        host.hidden_reason = queries.UNANSWERED
        host.save(update_fields=["hidden_reason"])
        _tell_host(situation, is_hidden=True)
    elif unanswered == situation.scheme.proposals.unanswered_before_nudge:
        _tell_host(situation, is_hidden=False)


def _tell_host(situation: Situation, *, is_hidden: bool) -> None:
    proposal = situation.subject
    machine = registry.machine_of(proposal)
    notices.send(
        Notice(
            account=person,
            topic=Notice.Topic.REMINDER,
            kind=machine.name,
            subject_id=proposal.pk,
            reference=proposal.reference,
            action=Action.EXPIRE_PROPOSAL,
            asked=Action.EXPIRE_PROPOSAL if is_hidden else "",
            params={**machine.describe(proposal), "capacity": str(H)},
            path="/matching/proposals/",
            at=situation.at,
        )
        for person in people_of_organisations([proposal.host_participation.organisation_id])
    )


def tell_inviter(proposal: Proposal, code: str, at: datetime) -> None:
    """Tell whoever has invited a partner that is accepted now why the two cannot have an exchange."""
    machine = registry.machine_of(proposal)
    notices.send(
        Notice(
            account=person,
            topic=Notice.Topic.HAPPENED,
            kind=machine.name,
            subject_id=proposal.pk,
            reference=proposal.reference or "",
            action=Action.REPORT_IMPOSSIBLE_INVITATION,
            params={**machine.describe(proposal), "why_code": code, "capacity": str(SYS)},
            path=machine.address(proposal),
            at=at,
        )
        for person in people_of_organisations([proposal.sender_organisation_id or 0])
    )


def mail_invitation(situation: Situation) -> None:
    """Put the mail into the queue, in its reader's language where they have an account, else in the sender's."""
    proposal = situation.subject
    wanted = Account.objects.filter(email__iexact=proposal.invited_email).values_list("language", flat=True).first()
    own = (
        Account.objects.filter(representations__organisation=proposal.sender_organisation)
        .values_list("language", flat=True)
        .first()
    )
    task = jobs_app.configure_task(SEND_INVITATION, queue="mail")
    task.defer(proposal_id=proposal.pk, language=wanted or own or "en")


def open_conversation(situation: Situation) -> None:
    """Let the two sides of a proposal have a conversation, if they have none yet."""
    visitor, host = situation.subject.visitor_participation, situation.subject.host_participation
    if queries.conversation_of(visitor, host) is None:
        conversation = Conversation(visitor_participation=visitor, host_participation=host)
        engine.establish(conversation, at=situation.at)


def note_who_blocks(situation: Situation) -> None:
    """Note which of the two organisations has blocked the other."""
    conversation = situation.subject
    own = conversation.host_participation if situation.capacity is H else conversation.visitor_participation
    conversation.blocked_by = own.organisation


def note_nobody_blocks(situation: Situation) -> None:
    """Forget who had blocked the other."""
    situation.subject.blocked_by = None


def keep_abuse_report(situation: Situation) -> None:
    """Keep what somebody has reported, for the support office."""
    report = AbuseReport(
        conversation=situation.subject,
        reason=situation.inputs["reason"],
        text=situation.inputs.get("text") or "",
        reported_by_id=situation.actor.account_id or 0,
    )
    engine.establish(report, at=situation.at)


def keep_answer_to_report(situation: Situation) -> None:
    """Keep what the support office has answered, and who."""
    report = situation.subject
    report.answer, report.closed_at = situation.inputs["answer"], situation.at
    report.closed_by_id = situation.actor.account_id


def write_programme(situation: Situation) -> None:
    """Write what was changed of a group exchange, as its next version; visitors are told of other days."""
    programme = situation.subject
    days = (programme.first_day, programme.last_day)
    for name, value in situation.inputs["values"].items():
        setattr(programme, name, value)
    programme.version += 1
    programme.save()
    if days != (programme.first_day, programme.last_day):
        _tell_visitors(situation, queries.open_seats(programme) | queries.confirmed_seats(programme))


def _tell_visitors(situation: Situation, seats: QuerySet[Proposal]) -> None:
    """Tell who has a seat or has asked for one what has happened to the group; none of them is a party to it."""
    organisations = seats.order_by().values_list("visitor_participation__organisation_id", flat=True)
    people = people_of_organisations(organisations)
    notices.tell_people(people, situation.subject, situation.action, situation.capacity, situation.at)


def close_seats(situation: Situation) -> None:
    """Close the seats that were asked for, since the group exchange does not take place, and tell those visitors."""
    seats = queries.open_seats(situation.subject)
    _tell_visitors(situation, seats)
    for seat in seats:
        engine.move(seat, Action.CLOSE_PROPOSAL, actor=SYSTEM, at=situation.at)


def end_requests(situation: Situation) -> None:
    """Let the requests for seats end that nobody has answered, since the group has begun; both sides are told."""
    for seat in queries.open_seats(situation.subject):
        engine.move(seat, Action.EXPIRE_PROPOSAL, actor=SYSTEM, at=situation.at)


def look_at_seats_again(situation: Situation) -> None:
    """Have it worked out anew who of a group waits for the host and who waits for a place."""
    if situation.subject.programme is not None:
        look_at_seats_of(situation.subject.programme)


def look_at_seats_of_group_again(situation: Situation) -> None:
    """Do the same where the group itself has changed: there may be more places now."""
    look_at_seats_of(situation.subject)


def look_at_seats_of(programme: Programme) -> None:
    """Do it for a group; what is asked of whom is settled at the end of the transaction."""
    for seat in queries.open_seats(programme):
        engine.concern(seat)


def have_plan_made(situation: Situation) -> None:
    """Let a job work the plan out: it needs the solver, which no page loads."""
    jobs_app.configure_task(MAKE_PLAN, queue="default").defer(plan_id=situation.subject.pk)
