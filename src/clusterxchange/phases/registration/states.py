"""The lives of an application and of a participation, row by row (states.md)."""

from datetime import datetime

from clusterxchange.access.actions import Action as A
from clusterxchange.access.capacities import AG, HP, SO, VP, Capacity, H, V
from clusterxchange.phases.registration import effects, guards
from clusterxchange.phases.registration.models import Application, ApplicationState, Participation, ParticipationState
from clusterxchange.scheme.current import scheme_of_edition
from clusterxchange.scheme.document import Scheme
from clusterxchange.workflow.guards import reason_is_given
from clusterxchange.workflow.registry import register
from clusterxchange.workflow.tables import STAYS, THE_STATE_BEFORE, Machine, Row, Timed, row

S, P = ApplicationState, ParticipationState
ORGANISATION = frozenset({V, H})


def _scheme(subject: Application | Participation, at: datetime) -> Scheme:
    return scheme_of_edition(subject.edition_id, at)


def _describe_application(application: Application) -> dict[str, str]:
    name = application.organisation.legal_name or str(application.representative.account)
    partnership = application.partnership.acronym if application.partnership else ""
    return {
        "reference": application.reference or "",
        "organisation": name,
        "name_V": name,
        "name_H": name,
        "name_VP": partnership,
        **_assigned(application),
    }


def _assigned(application: Application) -> dict[str, str]:
    """Give what was assigned, as codes: the reader's language says why."""
    if not application.assignment:
        return {}
    reasons = ",".join(application.assignment["reasons"]) or "none"
    return {"assigned": application.assignment["partnership"], "why_code": f"assigned:{reasons}"}


def _describe_participation(participation: Participation) -> dict[str, str]:
    name = participation.organisation.legal_name
    return {
        "reference": participation.reference or "",
        "organisation": name,
        # The other of the two is a partner to whom the person is disclosed.
        "name_V" if participation.role == "visit" else "name_H": name,
        "name_VP": participation.partnership.acronym,
        # Once it has taken the participation over, the partnership that was asked is the one that looks after it.
        "name_HP": (participation.move_asked_to or participation.partnership).acronym,
    }


def _side_of_application(application: Application, line: Row, capacities: frozenset[Capacity]) -> frozenset[Capacity]:
    del line
    if capacities == ORGANISATION:
        return frozenset({V if application.asks_visit or not application.asks_host else H})
    return capacities


def _side_of_participation(
    participation: Participation, line: Row, capacities: frozenset[Capacity]
) -> frozenset[Capacity]:
    del line
    return frozenset({V if participation.role == "visit" else H}) if capacities == ORGANISATION else capacities


def _has_partnership(application: Application) -> bool:
    return application.partnership_id is not None


def _has_no_partnership(application: Application) -> bool:
    # Nobody could be assigned: the support office finds one.
    return application.state == S.SUBMITTED and application.partnership_id is None


def _asks_to_move(participation: Participation) -> bool:
    return participation.move_asked_to_id is not None


APPLICATION = register(
    Machine(
        name="application",
        model=Application,
        states=tuple(S.values),
        scheme_of=_scheme,
        describe=_describe_application,
        related=("organisation", "representative__account", "partnership", "edition"),
        address=lambda application: f"/registration/applications/{application.reference}/",
        asked_capacities=_side_of_application,
        rows=(
            row(A.START_APPLICATION, None, S.DRAFT, only_if=(guards.email_is_confirmed, guards.no_application_is_open)),
            row(A.DISCARD_APPLICATION, S.DRAFT, None),
            row(
                A.SUBMIT_APPLICATION,
                S.DRAFT,
                S.SUBMITTED,
                asks=ORGANISATION,
                tells={VP},
                only_if=(
                    guards.answers_are_complete,
                    guards.curriculum_vitae_is_there,
                    guards.type_allows_the_role,
                    guards.country_takes_part,
                    guards.wished_partnership_is_open,
                ),
                answers=(guards.declarations_are_made,),
                writes=(effects.choose_partnership, effects.note_submission),
                afterwards=(effects.tell_assignment,),
            ),
            row(
                A.RECALL_APPLICATION,
                S.SUBMITTED,
                S.DRAFT,
                only_if=(guards.application_was_not_opened,),
                writes=(effects.leave_partnership,),
                tells={VP},
            ),
            row(
                A.OPEN_APPLICATION,
                S.SUBMITTED,
                S.UNDER_ASSESSMENT,
                asks={VP},
                asked_if=_has_partnership,
                terms=(Timed("assessment", "submitted_at"),),
                writes=(effects.note_opening,),
            ),
            row(
                A.HOLD_APPLICATION,
                S.UNDER_ASSESSMENT,
                S.ON_HOLD,
                answers=(guards.questions_are_given,),
                writes=(effects.keep_checklist, effects.keep_questions),
                tells=ORGANISATION,
            ),
            row(
                A.RESUBMIT_APPLICATION,
                S.ON_HOLD,
                S.SUBMITTED,
                asks=ORGANISATION,
                terms=(Timed("on_hold"),),
                answers=(guards.each_question_is_answered,),
                writes=(effects.keep_answers, effects.note_submission),
                tells={VP},
            ),
            row(A.LAPSE_APPLICATION, S.ON_HOLD, S.LAPSED, terms=(Timed("on_hold"),), tells={V, H, VP}),
            row(
                A.ASK_AGENCY,
                S.UNDER_ASSESSMENT,
                S.AWAITING_AGENCY,
                only_if=(guards.host_exception_is_asked,),
                writes=(effects.note_agency_asked,),
                tells=ORGANISATION,
            ),
            row(
                A.APPROVE_EXCEPTION,
                S.AWAITING_AGENCY,
                S.UNDER_ASSESSMENT,
                asks={AG},
                terms=(Timed("agency_approval"),),
                answers=(reason_is_given,),
                writes=(effects.approve_exception,),
                tells={V, H, VP},
            ),
            row(
                A.REFUSE_EXCEPTION,
                S.AWAITING_AGENCY,
                S.REFUSED,
                answers=(reason_is_given,),
                writes=(effects.refuse_exception,),
                tells={V, H, VP},
            ),
            row(
                A.ACCEPT_APPLICATION,
                S.UNDER_ASSESSMENT,
                S.ACCEPTED,
                asks={VP},
                terms=(Timed("assessment", "submitted_at"),),
                answers=(
                    guards.second_reader_decides,
                    guards.checklist_is_complete,
                    guards.at_least_one_role_is_accepted,
                    guards.accepted_roles_are_allowed,
                ),
                writes=(effects.keep_checklist, effects.keep_decision),
                afterwards=(effects.make_participations,),
                tells=ORGANISATION,
            ),
            row(
                A.REFUSE_APPLICATION,
                S.UNDER_ASSESSMENT,
                S.REFUSED,
                answers=(reason_is_given,),
                writes=(effects.keep_checklist, effects.keep_refusal),
                tells=ORGANISATION,
            ),
            row(
                A.OBJECT_TO_REFUSAL,
                S.REFUSED,
                S.OBJECTED,
                only_if=(guards.objection_is_in_time, guards.was_not_objected_before),
                answers=(reason_is_given,),
                writes=(effects.keep_objection,),
                tells={VP},
            ),
            row(
                A.UPHOLD_OBJECTION,
                S.OBJECTED,
                S.UNDER_ASSESSMENT,
                asks={SO},
                terms=(Timed("objection_decision"),),
                answers=(reason_is_given,),
                writes=(effects.note_objection_upheld,),
                tells={V, H, VP},
            ),
            row(
                A.DISMISS_OBJECTION,
                S.OBJECTED,
                S.REFUSED,
                answers=(reason_is_given,),
                writes=(effects.keep_refusal,),
                tells={V, H, VP},
            ),
            row(
                A.WITHDRAW_APPLICATION,
                {S.DRAFT, S.SUBMITTED, S.UNDER_ASSESSMENT, S.ON_HOLD, S.AWAITING_AGENCY},
                S.WITHDRAWN,
                tells={VP},
            ),
            row(
                A.MOVE_APPLICATION,
                {S.SUBMITTED, S.UNDER_ASSESSMENT},
                S.SUBMITTED,
                answers=(reason_is_given, guards.other_partnership_is_open),
                asks={SO},
                asked_if=_has_no_partnership,
                terms=(Timed("assessment", "submitted_at"),),
                writes=(effects.move_to_partnership, effects.note_submission),
                tells={V, H, VP},
            ),
        ),
    )
)

AVAILABLE = {P.ACTIVE, P.RESERVED, P.LOW_ACTIVE}

PARTICIPATION = register(
    Machine(
        name="participation",
        model=Participation,
        states=tuple(P.values),
        scheme_of=_scheme,
        describe=_describe_participation,
        related=("organisation", "partnership", "edition", "move_asked_to"),
        address=lambda participation: f"/registration/participations/{participation.reference}/",
        asked_capacities=_side_of_participation,
        rows=(
            row(
                A.RESERVE_PARTICIPATION,
                P.ACTIVE,
                P.RESERVED,
                answers=(reason_is_given,),
                writes=(effects.keep_reason,),
                tells=ORGANISATION,
            ),
            row(A.RELEASE_PARTICIPATION, P.RESERVED, P.ACTIVE, tells=ORGANISATION),
            row(
                A.MARK_LOW_ACTIVE,
                P.ACTIVE,
                P.LOW_ACTIVE,
                terms=(Timed("no_sign_in", "last_active_at"),),
                tells=ORGANISATION,
            ),
            row(A.CONFIRM_INTEREST, P.LOW_ACTIVE, P.ACTIVE, asks=ORGANISATION, writes=(effects.note_activity,)),
            row(A.MARK_INACTIVE, P.LOW_ACTIVE, P.INACTIVE, terms=(Timed("low_active"),), tells={V, H, VP}),
            row(A.REACTIVATE_PARTICIPATION, P.INACTIVE, P.ACTIVE, writes=(effects.note_activity,), tells={VP}),
            row(A.REVIEW_PARTICIPATION, P.ACTIVE, P.UNDER_REVIEW, tells=ORGANISATION),
            row(
                A.CONFIRM_PARTICIPATION,
                P.UNDER_REVIEW,
                P.ACTIVE,
                asks={VP},
                terms=(Timed("participation_review"),),
                answers=(reason_is_given,),
                writes=(effects.keep_reason,),
                tells=ORGANISATION,
            ),
            row(
                A.END_PARTICIPATION,
                P.UNDER_REVIEW,
                P.WITHDRAWN,
                answers=(reason_is_given,),
                writes=(effects.keep_reason,),
                tells=ORGANISATION,
            ),
            row(
                A.MOVE_PARTICIPATION,
                AVAILABLE,
                STAYS,
                only_if=(guards.no_commitment_is_signed,),
                answers=(reason_is_given, guards.other_partnership_is_open, guards.asked_one_takes_it),
                asks={HP},
                asked_if=_asks_to_move,
                writes=(effects.move_participation,),
                tells={V, H, VP, HP},
            ),
            row(
                A.SUSPEND_PARTICIPATION,
                {P.ACTIVE, P.RESERVED, P.LOW_ACTIVE, P.INACTIVE, P.UNDER_REVIEW},
                P.SUSPENDED,
                answers=(reason_is_given, guards.until_is_ahead),
                writes=(effects.keep_suspension,),
                tells={V, H, VP},
            ),
            row(
                A.LIFT_SUSPENSION,
                P.SUSPENDED,
                THE_STATE_BEFORE,
                terms=(Timed("", "suspended_until"),),
                tells={V, H, VP},
            ),
            row(
                A.WITHDRAW_PARTICIPATION,
                {P.ACTIVE, P.RESERVED, P.LOW_ACTIVE, P.INACTIVE, P.UNDER_REVIEW, P.SUSPENDED},
                P.WITHDRAWN,
                only_if=(guards.no_exchange_runs,),
                tells={VP},
            ),
        ),
    )
)
