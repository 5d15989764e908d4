"""The lives of an exchange, a Commitment to Quality and a financial agreement, row by row (states.md)."""

from datetime import datetime

from clusterxchange.access.actions import Action as A
from clusterxchange.access.capacities import HP, VP, Capacity, H, V
from clusterxchange.phases.exchange_building import effects, guards
from clusterxchange.phases.exchange_building.models import (
    Commitment,
    CommitmentState,
    Exchange,
    ExchangeState,
    FinancialAgreement,
    FinancialAgreementState,
)
from clusterxchange.phases.exchange_building.queries import (
    calendar_of,
    calendar_of_change,
    names_of_exchange,
    rules_of_case,
    signatories_of,
)
from clusterxchange.scheme.document import Scheme
from clusterxchange.workflow.registry import register
from clusterxchange.workflow.tables import STAYS, Machine, Row, Timed, consent_row, reason, row

E, C, F = ExchangeState, CommitmentState, FinancialAgreementState
PARTIES = ("visiting_organisation", "host_organisation", "visitor_partnership", "host_partnership")
BOTH = frozenset({V, H})
FOUR = frozenset({V, H, VP, HP})


def _scheme(exchange: Exchange, at: datetime) -> Scheme:
    return rules_of_case(exchange, exchange.commitment, at)


def _asked(commitment: Commitment, line: Row, asked: frozenset[Capacity]) -> frozenset[Capacity]:
    # Help is asked of one's own contact point; every other line asks whomever it names.
    if line.action is not A.EDIT_COMMITMENT:
        return asked
    helper = {str(V): VP, str(H): HP}.get(commitment.help_asked_by)
    return asked & {helper}


def _not_signing(commitment: Commitment, line: Row) -> frozenset[Capacity]:
    # Who signs is said by the version of the rules under which the text was frozen.
    if line.action is not A.SIGN_COMMITMENT:
        return frozenset()
    return FOUR - signatories_of(commitment)


EXCHANGE = register(
    Machine(
        name="exchange",
        model=Exchange,
        states=tuple(E.values),
        scheme_of=_scheme,
        describe=names_of_exchange,
        address=lambda exchange: f"/exchanges/{exchange.reference}/",
        locks=("visitor_participation",),
        related=(*PARTIES, "commitment"),
        attaches=calendar_of,
        rows=(
            row(A.AGREE_EXCHANGE, E.PREPARING, E.AGREED, afterwards=(effects.note_agreed,)),
            row(A.MAKE_EXCHANGE_READY, E.AGREED, E.READY, afterwards=(effects.note_ready,), tells=FOUR),
            consent_row(
                A.CONFIRM_START,
                E.READY,
                E.RUNNING,
                asks=BOTH,
                terms=(Timed("confirm_start", "commitment__first_day"),),
                only_if=(guards.first_day_is_reached,),
                afterwards=(effects.note_start,),
                tells=FOUR,
            ),
            row(
                A.INTERRUPT_EXCHANGE,
                E.RUNNING,
                E.INTERRUPTED,
                answers=(guards.reason_is_given,),
                writes=(effects.keep_reason,),
                tells=FOUR,
            ),
            row(
                A.RESUME_EXCHANGE,
                E.INTERRUPTED,
                E.RUNNING,
                answers=(guards.reason_is_given,),
                writes=(effects.keep_reason,),
                tells=FOUR,
            ),
            consent_row(
                A.CONFIRM_END,
                {E.RUNNING, E.INTERRUPTED},
                E.ENDED,
                asks=BOTH,
                terms=(Timed("confirm_end", "commitment__last_day"),),
                afterwards=(effects.note_end,),
                tells=FOUR,
            ),
            row(
                A.CLOSE_EXCHANGE,
                E.ENDED,
                E.CLOSED,
                only_if=(guards.nothing_is_open,),
                writes=(effects.count_exchange,),
                tells=FOUR,
            ),
            row(
                A.CANCEL_EXCHANGE,
                {E.PREPARING, E.AGREED},
                E.CANCELLED,
                answers=(guards.reason_is_given,),
                writes=(effects.keep_reason,),
                afterwards=(effects.note_cancelled, effects.free_visit, effects.cancel_agreements),
                tells=FOUR,
            ),
            row(
                A.CANCEL_EXCHANGE,
                E.READY,
                E.CANCELLED,
                answers=(guards.reason_is_given,),
                writes=(effects.keep_reason,),
                afterwards=(effects.note_cancelled, effects.free_visit, effects.cancel_agreements),
                tells=FOUR,
                asks={VP},
                asked_if=guards.has_reported_no_show,
            ),
            row(
                A.CANCEL_EXCHANGE,
                E.RUNNING,
                E.CANCELLED,
                narrowed_to={VP},
                only_if=(guards.no_show_is_reported,),
                answers=(guards.reason_is_given,),
                writes=(effects.keep_reason,),
                afterwards=(effects.note_cancelled, effects.free_visit, effects.cancel_agreements),
                tells=FOUR,
                asks={VP},
                asked_if=guards.has_reported_no_show,
            ),
            row(
                A.REPORT_NO_SHOW,
                {E.READY, E.RUNNING},
                STAYS,
                only_if=(guards.first_day_is_reached,),
                answers=(guards.reason_is_given,),
                writes=(effects.note_no_show,),
                tells=FOUR,
            ),
        ),
        reasons={
            A.CONFIRM_START: (
                reason("commitment_not_signed", E.PREPARING),
                reason("financial_agreement_not_signed", E.AGREED),
            ),
        },
    )
)

COMMITMENT = register(
    Machine(
        name="commitment",
        model=Commitment,
        states=tuple(C.values),
        root="exchange",
        root_name="exchange",
        scheme_of=lambda commitment, at: rules_of_case(commitment.exchange, commitment, at),
        attaches=lambda commitment, occasion: calendar_of_change(commitment.exchange, occasion),
        asked_capacities=_asked,
        left_out=_not_signing,
        describe=lambda commitment: names_of_exchange(commitment.exchange),
        address=lambda commitment: f"/exchanges/{commitment.exchange.reference}/commitment/",
        locks=("exchange__visitor_participation", "exchange"),
        related=("exchange", *(f"exchange__{party}" for party in PARTIES), "exchange__commitment"),
        rows=(
            row(
                A.EDIT_COMMITMENT,
                {C.DRAFTING, C.CHANGES_REQUESTED},
                STAYS,
                only_if=(guards.exchange_is_open,),
                answers=(guards.part_is_theirs_to_edit, guards.page_is_current, guards.part_is_free),
                writes=(effects.write_part,),
                resets={A.AGREE_COMMITMENT},
                asks={VP, HP},
                asked_if=guards.help_is_wanted,
                terms=(Timed("validation", "help_asked_at"),),
            ),
            consent_row(
                A.AGREE_COMMITMENT,
                {C.DRAFTING, C.CHANGES_REQUESTED},
                C.SUBMITTED,
                asks=BOTH,
                asked_if=guards.exchange_goes_on,
                terms=(Timed("idle_commitment", "last_edited_at"),),
                only_if=(
                    guards.exchange_is_open,
                    guards.text_is_complete,
                    guards.purposes_are_allowed,
                    guards.length_is_allowed,
                    guards.begun_stay_keeps_its_first_day,
                    guards.countries_differ,
                    guards.both_sides_are_accepted,
                    guards.visit_is_free_for_this,
                    guards.amount_is_published,
                    guards.declarations_are_made,
                ),
                answers=(guards.page_is_current,),
                afterwards=(effects.note_submission,),
                tells=FOUR,
            ),
            consent_row(
                A.VALIDATE_COMMITMENT,
                C.SUBMITTED,
                C.VALIDATED,
                asks={VP, HP},
                asked_if=guards.exchange_goes_on,
                terms=(Timed("validation"),),
                only_if=(guards.exchange_is_open, guards.budget_is_free),
                answers=(guards.page_is_current, guards.hints_are_answered),
                writes=(effects.keep_hint_answers, effects.reserve_budget),
                afterwards=(effects.freeze_text, effects.compute_amount),
                tells=FOUR,
            ),
            row(
                A.REQUEST_CHANGES,
                C.SUBMITTED,
                C.CHANGES_REQUESTED,
                only_if=(guards.exchange_is_open,),
                answers=(guards.reason_is_given,),
                writes=(effects.keep_changes_reason, effects.free_budget),
                resets={A.AGREE_COMMITMENT, A.VALIDATE_COMMITMENT},
                tells=FOUR,
            ),
            row(A.OPEN_SIGNING, C.VALIDATED, C.SIGNING, only_if=(guards.document_is_there,), tells=FOUR),
            consent_row(
                A.SIGN_COMMITMENT,
                C.SIGNING,
                C.SIGNED,
                asks=FOUR,
                asked_if=guards.exchange_goes_on,
                terms=(Timed("signature"), Timed("unsigned_before_start", "first_day")),
                only_if=(guards.exchange_is_open, guards.start_is_ahead, guards.person_may_sign, guards.pen_is_free),
                answers=(guards.hash_is_current, guards.person_is_authenticated),
                writes=(effects.put_pen_back, effects.have_signature_written),
                afterwards=(effects.note_signed,),
                tells=FOUR,
            ),
            row(
                A.DECLINE_SIGNATURE,
                C.SIGNING,
                C.CHANGES_REQUESTED,
                only_if=(guards.exchange_is_open,),
                answers=(guards.reason_is_given,),
                writes=(effects.keep_changes_reason, effects.free_budget, effects.begin_next_version),
                tells=FOUR,
            ),
            row(
                A.AMEND_COMMITMENT,
                C.SIGNED,
                C.DRAFTING,
                only_if=(guards.exchange_has_not_ended,),
                writes=(effects.begin_amendment,),
                tells=FOUR,
            ),
        ),
        reasons={
            A.VALIDATE_COMMITMENT: (reason("not_agreed_by_both", {C.DRAFTING, C.CHANGES_REQUESTED}),),
            A.SIGN_COMMITMENT: (
                reason("not_agreed_by_both", {C.DRAFTING, C.CHANGES_REQUESTED}),
                reason("not_validated_by_both", C.SUBMITTED),
            ),
        },
    )
)

FINANCIAL_AGREEMENT = register(
    Machine(
        name="financial_agreement",
        model=FinancialAgreement,
        states=tuple(F.values),
        root="exchange",
        root_name="exchange",
        scheme_of=lambda agreement, at: rules_of_case(
            agreement.exchange, agreement.commitment or agreement.exchange.commitment, at
        ),
        attaches=lambda agreement, occasion: calendar_of_change(agreement.exchange, occasion),
        describe=lambda agreement: names_of_exchange(agreement.exchange),
        address=lambda agreement: f"/exchanges/{agreement.exchange.reference}/financial-agreement/",
        locks=("exchange__visitor_participation", "exchange"),
        related=("exchange", *(f"exchange__{party}" for party in PARTIES), "exchange__commitment"),
        rows=(
            row(
                A.GIVE_BANK_DETAILS,
                F.DRAFT,
                STAYS,
                asks={V},
                asked_if=guards.bank_details_are_wanted,
                terms=(Timed("financial_agreement", "commitment__validated_at"),),
                answers=(guards.account_is_valid,),
                writes=(effects.keep_bank_details,),
                tells={VP},
            ),
            row(
                A.OFFER_AGREEMENT,
                F.DRAFT,
                F.OFFERED,
                asks={VP},
                asked_if=guards.offer_is_wanted,
                terms=(Timed("financial_agreement", "can_be_offered_since"),),
                only_if=(
                    guards.bank_details_are_there,
                    guards.commitment_is_validated,
                    guards.amount_is_within_bounds,
                    guards.amount_can_be_set_aside,
                ),
                writes=(effects.reserve_again, effects.freeze_agreement),
                tells={V},
            ),
            consent_row(
                A.SIGN_AGREEMENT,
                F.OFFERED,
                F.SIGNED,
                asks={V, VP},
                asked_if=guards.commitment_is_signed_by_all,
                terms=(Timed("financial_agreement", "offered_at"),),
                only_if=(guards.commitment_of_agreement_is_signed, guards.person_may_sign, guards.pen_is_free),
                answers=(guards.hash_is_current, guards.person_is_authenticated),
                writes=(effects.put_pen_back, effects.have_signature_written),
                afterwards=(effects.commit_budget, effects.note_signed),
                tells={V, VP},
            ),
            row(
                A.DECLINE_AGREEMENT,
                F.OFFERED,
                F.DRAFT,
                answers=(guards.reason_is_given,),
                writes=(effects.reopen_agreement,),
                tells={VP},
            ),
            row(
                A.CANCEL_AGREEMENT,
                {F.DRAFT, F.OFFERED, F.SIGNED},
                F.CANCELLED,
                writes=(effects.free_budget_of_agreement,),
            ),
            row(A.SUPERSEDE_AGREEMENT, F.SIGNED, F.SUPERSEDED, writes=(effects.free_budget_of_agreement,)),
        ),
    )
)
