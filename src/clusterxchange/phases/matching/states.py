"""The life of a proposal, row by row (states.md)."""

from datetime import datetime

from clusterxchange.access.actions import Action as A
from clusterxchange.access.capacities import HP, SO, VP, Capacity, H, V
from clusterxchange.phases.matching import effects, guards
from clusterxchange.phases.matching.engine.participant import HOST, VISIT
from clusterxchange.phases.matching.models import (
    AbuseReport,
    AbuseReportState,
    Conversation,
    ConversationState,
    MatchPlan,
    MatchPlanState,
    Programme,
    ProgrammeState,
    Proposal,
    ProposalState,
)
from clusterxchange.phases.matching.queries import is_no_seat, name_shown, organisations_known, seat_can_be_given
from clusterxchange.phases.registration.models import Participation
from clusterxchange.scheme.current import scheme_of_edition
from clusterxchange.scheme.document import Scheme
from clusterxchange.workflow.registry import register
from clusterxchange.workflow.tables import STAYS, Machine, Row, Timed, consent_row, reason, row

S = ProposalState
SIDES = frozenset({V, H})
RELATED = tuple(
    f"{side}_participation{row}" for side in ("visitor", "host") for row in ("", "__organisation", "__partnership")
)


def _scheme(proposal: Proposal, at: datetime) -> Scheme:
    side = proposal.visitor_participation or proposal.host_participation
    if side is None:
        message = f"proposal {proposal.pk} has no side"
        raise ValueError(message)
    return scheme_of_edition(side.edition_id, at)


def _name(proposal: Proposal, side: Participation | None) -> str:
    if side is None:
        return proposal.invited_name
    has_said_yes = proposal.state == S.ACCEPTED or side.organisation_id == proposal.sender_organisation_id
    return side.organisation.legal_name if has_said_yes else name_shown(side)


def _describe(proposal: Proposal) -> dict[str, str]:
    visitor, host = proposal.visitor_participation, proposal.host_participation
    return {
        "reference": proposal.reference or "",
        "visitor": _name(proposal, visitor),
        "host": _name(proposal, host),
        "name_V": _name(proposal, visitor),
        "name_H": _name(proposal, host),
        "name_VP": visitor.partnership.acronym if visitor else "",
        "name_HP": host.partnership.acronym if host else "",
    }


def _other_side(proposal: Proposal, line: Row, capacities: frozenset[Capacity]) -> frozenset[Capacity]:
    if line.action is A.ACCEPT_PROPOSAL:
        visitor = proposal.visitor_participation
        sent_by_visitor = visitor is not None and proposal.sender_organisation_id == visitor.organisation_id
        return frozenset({H if sent_by_visitor else V})
    return capacities


PROPOSAL = register(
    Machine(
        name="proposal",
        model=Proposal,
        states=tuple(S.values),
        scheme_of=_scheme,
        describe=_describe,
        address=lambda proposal: f"/matching/proposals/{proposal.reference}/",
        locks=("visitor_participation", "host_participation"),
        related=(*RELATED, "programme"),
        asked_capacities=_other_side,
        rows=(
            row(
                A.SEND_PROPOSAL, None, S.SENT, tells=SIDES,
                only_if=(
                    guards.message_is_written, guards.partner_is_available, guards.no_hard_condition_is_broken,
                    guards.open_proposals_are_few, guards.same_partner_was_not_asked_lately, guards.place_is_free,
                    guards.conversation_is_open, guards.programme_takes_requests,
                ),
                answers=(guards.message_reveals_no_address,),
                afterwards=(effects.show_host_again, effects.open_conversation),
            ),
            row(
                A.SUGGEST_MATCH, None, S.SUGGESTED, tells=SIDES,
                only_if=(
                    guards.partner_is_available, guards.no_hard_condition_is_broken,
                    guards.same_partner_was_not_asked_lately, guards.place_is_free, guards.conversation_is_open,
                ),
                answers=(guards.message_reveals_no_address,),
                afterwards=(effects.open_conversation,),
            ),
            row(
                A.INVITE_PARTNER, None, S.INVITED, only_if=(guards.partner_is_not_registered, guards.own_side_may_invite),
                writes=(effects.mail_invitation,),
            ),
            consent_row(
                A.ACCEPT_SUGGESTION, S.SUGGESTED, S.ACCEPTED, asks=SIDES, terms=(Timed("proposal"),), tells={V, H, VP, HP},
                only_if=(
                    guards.proposal_has_not_expired, guards.partner_is_available, guards.place_is_free,
                    guards.no_hard_condition_is_broken, guards.visit_is_free,
                ),
                afterwards=(effects.claim_visit, effects.disclose_people, effects.close_other_proposals, effects.show_host_again),
            ),
            row(
                A.ACCEPT_PROPOSAL, S.SENT, S.ACCEPTED, asks=SIDES, terms=(Timed("proposal"),), tells={V, H, VP, HP},
                asked_if=seat_can_be_given,
                only_if=(
                    guards.proposal_has_not_expired, guards.programme_goes_on, guards.partner_is_available, guards.place_is_free,
                    guards.no_hard_condition_is_broken, guards.visit_is_free,
                ),
                afterwards=(effects.claim_visit, effects.disclose_people, effects.close_other_proposals, effects.show_host_again, effects.look_at_seats_again),
            ),
            row(
                A.DECLINE_PROPOSAL, {S.SENT, S.SUGGESTED}, S.DECLINED, answers=(guards.decline_reason_is_listed, guards.words_reveal_no_address),
                writes=(effects.keep_decline_reason,), afterwards=(effects.show_host_again,), tells=SIDES,
            ),
            row(A.WITHDRAW_PROPOSAL, {S.SENT, S.INVITED}, S.WITHDRAWN, tells=SIDES),
            row(
                A.EXPIRE_PROPOSAL, {S.SENT, S.SUGGESTED, S.INVITED}, S.EXPIRED, terms=(Timed("proposal"),), asked_if=is_no_seat,
                afterwards=(effects.count_unanswered,), tells=SIDES,
            ),
            row(A.CLOSE_PROPOSAL, {S.SENT, S.SUGGESTED}, S.CLOSED, tells={H}),
            row(A.OPEN_INVITATION, S.INVITED, S.SENT, tells=SIDES, afterwards=(effects.open_conversation,)),
        ),
        reasons={
            A.ACCEPT_SUGGESTION: (reason("proposal_expired", S.EXPIRED),),
            A.ACCEPT_PROPOSAL: (reason("proposal_expired", S.EXPIRED),),
        },
    )
)


def _describe_conversation(conversation: Conversation) -> dict[str, str]:
    known = organisations_known([conversation])
    visitor, host = conversation.visitor_participation, conversation.host_participation
    names = {
        side.role: side.organisation.legal_name
        if (conversation.pk, side.organisation_id) in known
        else name_shown(side)
        for side in (visitor, host)
    }
    return {
        "reference": conversation.reference or "",
        "visitor": names[VISIT],
        "host": names[HOST],
        "name_V": names[VISIT],
        "name_H": names[HOST],
        "name_VP": visitor.partnership.acronym,
        "name_HP": host.partnership.acronym,
    }


def _scheme_of_conversation(conversation: Conversation, at: datetime) -> Scheme:
    return scheme_of_edition(conversation.visitor_participation.edition_id, at)


C = ConversationState
CONVERSATION = register(
    Machine(
        name="conversation",
        model=Conversation,
        states=tuple(C.values),
        scheme_of=_scheme_of_conversation,
        describe=_describe_conversation,
        address=lambda conversation: f"/matching/conversations/{conversation.reference}/",
        locks=("visitor_participation", "host_participation"),
        related=RELATED,
        rows=(
            row(A.START_CONVERSATION, None, C.OPEN, only_if=(guards.the_two_may_meet,)),
            row(A.BLOCK_CONVERSATION, C.OPEN, C.BLOCKED, writes=(effects.note_who_blocks,)),
            row(A.UNBLOCK_CONVERSATION, C.BLOCKED, C.OPEN, writes=(effects.note_nobody_blocks,)),
            row(
                A.REPORT_ABUSE, {C.OPEN, C.BLOCKED}, STAYS, answers=(guards.abuse_reason_is_listed,),
                writes=(effects.keep_abuse_report,),
            ),
        ),
    )
)


R = AbuseReportState
ABUSE_REPORT = register(
    Machine(
        name="abuse_report",
        model=AbuseReport,
        states=tuple(R.values),
        scheme_of=lambda report, at: _scheme_of_conversation(report.conversation, at),
        describe=lambda report: _describe_conversation(report.conversation),
        address=lambda report: "/matching/abuse-reports/",  # noqa: ARG005 -- there is one page for all
        related=tuple(f"conversation__{row}" for row in RELATED),
        rows=(
            row(
                A.CLOSE_ABUSE_REPORT, R.OPEN, R.CLOSED, asks={SO}, terms=(Timed("dispute", "created_at"),),
                writes=(effects.keep_answer_to_report,),
            ),
        ),
    )
)


def _describe_programme(programme: Programme) -> dict[str, str]:
    host = programme.host_participation
    return {
        "reference": programme.reference or "",
        "organisation": programme.title,
        "title": programme.title,
        "name_H": name_shown(host),
        "name_HP": host.partnership.acronym,
    }


def _scheme_of_programme(programme: Programme, at: datetime) -> Scheme:
    return scheme_of_edition(programme.host_participation.edition_id, at)


G = ProgrammeState
PROGRAMME = register(
    Machine(
        name="programme",
        model=Programme,
        states=tuple(G.values),
        scheme_of=_scheme_of_programme,
        describe=_describe_programme,
        address=lambda programme: f"/matching/group-exchanges/{programme.reference}/",
        locks=("host_participation",),
        related=tuple(f"host_participation{row}" for row in ("", "__organisation", "__partnership")),
        rows=(
            row(
                A.PUBLISH_PROGRAMME, None, G.OPEN, only_if=(guards.host_may_publish, guards.programme_is_allowed),
                answers=(guards.programme_reveals_no_address,), tells={HP},
            ),
            row(
                A.CHANGE_PROGRAMME, {G.OPEN, G.CLOSED}, STAYS, answers=(guards.programme_is_allowed, guards.programme_reveals_no_address),
                writes=(effects.write_programme,), afterwards=(effects.look_at_seats_of_group_again,), tells={HP},
            ),
            row(A.CLOSE_PROGRAMME, G.OPEN, G.CLOSED),
            row(
                A.CANCEL_PROGRAMME, {G.OPEN, G.CLOSED}, G.CANCELLED, only_if=(guards.no_seat_is_confirmed,),
                afterwards=(effects.close_seats,), tells={HP},
            ),
            row(
                A.BEGIN_PROGRAMME, {G.OPEN, G.CLOSED}, G.BEGUN, terms=(Timed("", "first_day"),),
                afterwards=(effects.end_requests,),
            ),
        ),
    )
)


P = MatchPlanState
MATCH_PLAN = register(
    Machine(
        name="match_plan",
        model=MatchPlan,
        states=tuple(P.values),
        scheme_of=lambda found, at: scheme_of_edition(found.edition_id, at),
        describe=lambda found: {"reference": found.reference or "", "organisation": found.reference or ""},
        address=lambda found: f"/matching/plans/{found.reference}/",
        rows=(
            row(A.ASK_FOR_PLAN, None, P.ASKED, writes=(effects.have_plan_made,)),
            row(A.MAKE_PLAN, P.ASKED, P.MADE, tells={SO}),
        ),
    )
)
