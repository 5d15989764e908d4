"""The lives of a final activity report, a piece of evidence and a payment, row by row (states.md)."""

from clusterxchange.access.actions import Action as A
from clusterxchange.access.capacities import HP, PO, PR, SO, VP, Capacity, H, V
from clusterxchange.phases.exchange_building.queries import calendar_of_change, names_of_exchange, rules_of_case
from clusterxchange.phases.exchange_building.states import PARTIES
from clusterxchange.phases.finalisation import effects, guards
from clusterxchange.phases.finalisation.models import (
    ActivityReport,
    ActivityReportState,
    EvidenceItem,
    EvidenceState,
    Payment,
    PaymentState,
)
from clusterxchange.scheme import code_lists
from clusterxchange.scheme.current import scheme_of_edition
from clusterxchange.workflow.guards import reason_is_given
from clusterxchange.workflow.registry import register
from clusterxchange.workflow.tables import THE_STATE_BEFORE, Detour, Machine, Row, Timed, reason, row

R, E, P = ActivityReportState, EvidenceState, PaymentState


def _own_side(report: ActivityReport, line: Row, capacities: frozenset[Capacity]) -> frozenset[Capacity]:
    del line
    return capacities & (frozenset({V, VP, SO}) if report.side == "V" else frozenset({H, HP, SO}))


def _names_of_item(item: EvidenceItem) -> dict[str, str]:
    scheme = scheme_of_edition(item.exchange.edition_id, item.state_since)
    return names_of_exchange(item.exchange) | {"item": code_lists.label(scheme, "evidence_items", item.item)}


ACTIVITY_REPORT = register(
    Machine(
        name="activity_report",
        model=ActivityReport,
        states=tuple(R.values),
        root="exchange",
        root_name="exchange",
        scheme_of=lambda report, at: rules_of_case(report.exchange, report.exchange.commitment, at),
        attaches=lambda report, occasion: calendar_of_change(report.exchange, occasion),
        describe=lambda report: names_of_exchange(report.exchange),
        address=lambda report: f"/exchanges/{report.exchange.reference}/report/{'visitor' if report.side == 'V' else 'host'}/",
        locks=("exchange__visitor_participation", "exchange"),
        related=("exchange", *(f"exchange__{party}" for party in PARTIES), "exchange__commitment"),
        asked_capacities=_own_side,
        rows=(
            row(
                A.SUBMIT_REPORT, {R.OPEN, R.RETURNED}, R.SUBMITTED, asks={V, H}, terms=(Timed("report"),),
                only_if=(guards.travel_evidence_is_there,), answers=(guards.report_is_complete,), writes=(effects.keep_report,), tells={VP, HP},
            ),
            row(
                A.VALIDATE_REPORT, R.SUBMITTED, R.VALIDATED, asks={VP, HP}, terms=(Timed("report_validation"),),
                answers=(guards.force_majeure_has_a_reason,), writes=(effects.note_validation,), tells={V, H},
            ),
            row(A.RETURN_REPORT, R.SUBMITTED, R.RETURNED, answers=(guards.questions_are_given,), writes=(effects.keep_questions,), tells={V, H}),
            row(A.WAIVE_REPORT, {R.OPEN, R.SUBMITTED, R.RETURNED}, R.WAIVED, answers=(reason_is_given,), writes=(effects.keep_waiving,), tells={V, H, VP, HP}),
        ),
    )
)

EVIDENCE = register(
    Machine(
        name="evidence",
        model=EvidenceItem,
        states=tuple(E.values),
        root="exchange",
        root_name="exchange",
        scheme_of=lambda item, at: rules_of_case(item.exchange, item.exchange.commitment, at),
        describe=_names_of_item,
        address=lambda item: f"/exchanges/{item.exchange.reference}/evidence/{item.item}/",
        locks=("exchange__visitor_participation", "exchange"),
        related=("exchange", *(f"exchange__{party}" for party in PARTIES), "exchange__commitment"),
        rows=(
            row(
                A.UPLOAD_EVIDENCE, {E.WANTED, E.ASKED_AGAIN}, E.UPLOADED, asks={V}, asked_if=guards.exchange_is_not_closed, terms=(Timed("report"),),
                only_if=(guards.evidence_is_waited_for,), answers=(guards.file_is_given,), writes=(effects.keep_file,),
                detour=Detour(E.QUARANTINED, guards.file_is_not_cleared), afterwards=(effects.follow_the_verdict,),
            ),
            row(A.CLEAR_EVIDENCE, E.QUARANTINED, E.UPLOADED, tells={V}),
            row(A.REJECT_EVIDENCE, E.QUARANTINED, E.ASKED_AGAIN, writes=(effects.forget_reason,), afterwards=(effects.tell_verdict,), tells={V}),
            row(
                A.ACCEPT_EVIDENCE, E.UPLOADED, E.ACCEPTED, asks={VP}, asked_if=guards.exchange_is_not_closed, terms=(Timed("report_validation"),),
                only_if=(guards.evidence_is_waited_for,), writes=(effects.note_decision,),
            ),
            row(
                A.ASK_AGAIN, E.UPLOADED, E.ASKED_AGAIN, only_if=(guards.evidence_is_waited_for,), answers=(reason_is_given,),
                writes=(effects.keep_reason,), tells={V},
            ),
            row(
                A.WAIVE_EVIDENCE, {E.WANTED, E.UPLOADED, E.ASKED_AGAIN}, E.WAIVED, only_if=(guards.evidence_is_waited_for,),
                answers=(reason_is_given,), writes=(effects.keep_reason,), tells={V},
            ),
        ),
    )
)

PAYMENT = register(
    Machine(
        name="payment",
        model=Payment,
        states=tuple(P.values),
        root="exchange",
        root_name="exchange",
        scheme_of=lambda payment, at: rules_of_case(payment.exchange, payment.exchange.commitment, at),
        describe=lambda payment: names_of_exchange(payment.exchange),
        address=lambda payment: f"/exchanges/{payment.exchange.reference}/payment/",
        locks=("exchange__visitor_participation", "exchange"),
        related=("exchange", *(f"exchange__{party}" for party in PARTIES), "exchange__commitment"),
        rows=(
            row(A.MAKE_PAYMENT_DUE, P.NOT_DUE, P.DUE, only_if=(guards.report_is_validated, guards.evidence_is_settled), writes=(effects.compute_amount_due,), tells={V}),
            row(A.WAIVE_PAYMENT, P.NOT_DUE, P.WAIVED, writes=(effects.write_off,), tells={V}),
            row(
                A.ORDER_PAYMENT, P.DUE, P.ORDERED, asks={PO}, terms=(Timed("payment", "due_since"),),
                answers=(guards.amount_is_the_one_due,), writes=(effects.note_order,), tells={V},
            ),
            row(
                A.RELEASE_PAYMENT, P.ORDERED, P.RELEASED, asks={PR}, terms=(Timed("payment", "due_since"),),
                writes=(effects.note_release, effects.put_into_batch), tells={V},
            ),
            row(
                A.CONFIRM_PAID, P.RELEASED, P.PAID, asks={PO}, answers=(guards.day_of_payment_is_possible, guards.proof_is_given),
                writes=(effects.note_paid,), tells={V},
            ),
            row(A.CONFIRM_RECEIPT, P.PAID, P.CONFIRMED, asks={V}, terms=(Timed("receipt"),), writes=(effects.note_receipt,), tells={VP, PR}),
            row(
                A.RETURN_PAYMENT, {P.RELEASED, P.PAID}, P.RETURNED, answers=(reason_is_given, guards.proof_is_given),
                writes=(effects.note_return,), tells={V},
            ),
            row(A.CORRECT_BANK_DETAILS, P.RETURNED, P.DUE, asks={V}, answers=(guards.account_is_valid,), writes=(effects.keep_new_bank_details,), tells={PO}),
            row(A.BLOCK_PAYMENT, {P.DUE, P.ORDERED}, P.BLOCKED, answers=(reason_is_given,), writes=(effects.keep_reason,), tells={V, VP}),
            row(
                A.UNBLOCK_PAYMENT, P.BLOCKED, THE_STATE_BEFORE, asks={SO}, terms=(Timed("dispute"),), answers=(reason_is_given,),
                writes=(effects.keep_reason,), tells={V, VP},
            ),
            row(A.DEMAND_RECOVERY, P.CONFIRMED, P.RECOVERY, answers=(reason_is_given, guards.recovery_is_within_payment), writes=(effects.keep_recovery,), tells={V, VP}),
            row(A.CONFIRM_RECOVERY, P.RECOVERY, P.RECOVERED, asks={SO}, writes=(effects.note_recovery,), tells={V, VP}),
        ),
        reasons={
            A.ORDER_PAYMENT: (
                reason("report_missing", P.NOT_DUE, guards.report_has_been_validated),
                reason("evidence_missing", P.NOT_DUE, guards.evidence_has_been_settled),
            ),
            A.RELEASE_PAYMENT: (reason("already_in_batch", P.RELEASED, guards.is_not_in_a_batch),),
        },
    )
)
