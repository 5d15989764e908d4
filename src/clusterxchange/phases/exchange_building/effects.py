"""What a step writes besides the state (exchange building).

A budget is locked after everything else of its exchange: exchange, commitment, agreement, then the money.
"""

import json
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.db.models import Model, QuerySet
from django.utils import translation
from django.utils.translation import gettext as _
from procrastinate.contrib.django import app as jobs_app

from clusterxchange.access.actions import Action
from clusterxchange.access.actor import SYSTEM
from clusterxchange.access.capacities import HP, SYS, VP, V
from clusterxchange.documents.labels import frame_language
from clusterxchange.documents.models import Document
from clusterxchange.documents.operations import make_document
from clusterxchange.parties.partnerships import budgets
from clusterxchange.phases.exchange_building import rules
from clusterxchange.phases.exchange_building.guards import hint_words_of
from clusterxchange.phases.exchange_building.models import (
    Commitment,
    CommitmentPart,
    CommitmentText,
    Exchange,
    FinancialAgreement,
    FinancialAgreementState,
)
from clusterxchange.phases.exchange_building.queries import (
    RESPONSIBILITY_CLAUSES,
    counted_days_of,
    is_physical,
    latest_agreement,
    representative_of,
    rules_of_case,
    signatures_of,
    text_of_agreement,
    text_of_commitment,
    working_of,
)
from clusterxchange.phases.matching import operations as matching_operations
from clusterxchange.phases.registration import operations as registration_operations
from clusterxchange.phases.registration.models import Visit
from clusterxchange.scheme.clauses import clauses_of
from clusterxchange.scheme.current import scheme_version, version_in_force
from clusterxchange.scheme.document import Scheme
from clusterxchange.workflow import engine, notices, registry
from clusterxchange.workflow.tables import Refusal, Situation

AFTER_MAILS = -1
WRITE_SIGNATURES = "clusterxchange.phases.exchange_building.jobs.write_signatures"
TELL_OF_ANOTHER_ACCOUNT = "clusterxchange.phases.exchange_building.jobs.tell_of_another_account"
BANK_DETAILS = (
    "account_holder",
    "iban",
    "account_number",
    "bic",
    "bank_address",
    "account_ending",
    "tax_status",
    "de_minimis_cents",
    "bank_details_given_at",
    "notice_address",
)


# The exchange


def keep_reason(situation: Situation) -> None:
    """Keep why the exchange was interrupted, resumed or cancelled."""
    exchange: Exchange = situation.subject
    exchange.reason = situation.inputs.get("reason") or ""
    exchange.reason_code = situation.inputs.get("reason_code") or ""


def note_agreed(situation: Situation) -> None:
    """Note when all had signed the first text."""
    _save(situation.subject, agreed_at=situation.at)


def note_ready(situation: Situation) -> None:
    """Note when nothing stood in the way of the start any more."""
    _save(situation.subject, ready_at=situation.at)


def note_cancelled(situation: Situation) -> None:
    """Note when it was cancelled."""
    _save(situation.subject, cancelled_at=situation.at)


def note_start(situation: Situation) -> None:
    """Note when both had said that the stay has begun."""
    _save(situation.subject, started_at=situation.at)


def note_end(situation: Situation) -> None:
    """Note the end: the visit is used, the host's place is free again, an amendment that was not signed is over."""
    exchange: Exchange = situation.subject
    _save(exchange, ended_at=situation.at)
    _cancel_agreements(exchange.financial_agreements.filter(state__in=("DRAFT", "OFFERED")), situation)
    matching_operations.release_place(exchange.proposal)
    days = exchange.commitment.working_days if exchange.commitment is not None else None
    if is_physical(exchange) and (days or 0) >= situation.scheme.durations.minimum_working_days:
        registration_operations.use_visit(exchange.visitor_participation, situation.at)


def note_no_show(situation: Situation) -> None:
    """Note that the host has seen nobody come; the visitor's partnership decides."""
    _save(situation.subject, no_show_reported_at=situation.at, reason=situation.inputs.get("reason") or "")


def count_exchange(situation: Situation) -> None:
    """Count the exchange once, for the visitor's partnership."""
    exchange: Exchange = situation.subject
    exchange.closed_at = situation.at
    exchange.counted_for = exchange.visitor_partnership


def free_visit(situation: Situation) -> None:
    """Give the visitor its visit back, and the host its place."""
    exchange: Exchange = situation.subject
    matching_operations.release_place(exchange.proposal)
    if is_physical(exchange) and exchange.visitor_participation.visit == Visit.CLAIMED:
        registration_operations.free_visit(exchange.visitor_participation, situation.at)


def cancel_agreements(situation: Situation) -> None:
    """Cancel every financial agreement of a cancelled exchange."""
    open_ones = ("DRAFT", "OFFERED", "SIGNED")
    _cancel_agreements(situation.subject.financial_agreements.filter(state__in=open_ones), situation)


def _cancel_agreements(agreements: QuerySet[FinancialAgreement], situation: Situation) -> None:
    for agreement in agreements.order_by("pk"):
        engine.move(agreement, Action.CANCEL_AGREEMENT, actor=SYSTEM, at=situation.at)


# The commitment


def write_part(situation: Situation) -> None:
    """Write what was typed, and compute anew what follows from it."""
    commitment: Commitment = situation.subject
    before = commitment.language
    touched = dict.fromkeys(rules.part_of(field) for field in situation.inputs["values"])
    before_of_parts = {part: rules.fingerprint_of_part(commitment, part) for part in touched}
    for field, value in situation.inputs["values"].items():
        setattr(commitment, field, value)
    if commitment.working_language:
        commitment.language = commitment.working_language
    if commitment.language != before:
        _put_clauses_into_language(commitment, before, situation.scheme)
    if commitment.first_day is not None and commitment.last_day is not None:
        within = (commitment.first_day.isoformat(), commitment.last_day.isoformat())
        commitment.plan = [row for row in commitment.plan if within[0] <= row["day"] <= within[1]]
    commitment.last_edited_at = situation.at
    if situation.capacity in (VP, HP):
        commitment.help_asked_at, commitment.help_asked_by = None, ""
    refresh_text(commitment, situation.scheme)
    commitment.save()
    keep_text(commitment, situation)
    _note_changes(commitment, situation, before_of_parts)


def _note_changes(commitment: Commitment, situation: Situation, before: Mapping[str, str]) -> None:
    # Whoever has written a part lets go of it.
    changed = [
        part for part, fingerprint in before.items() if fingerprint != rules.fingerprint_of_part(commitment, part)
    ]
    facts = {"changed_by": situation.actor.name, "changed_as": situation.capacity, "changed_at": situation.at}
    for part in changed:
        CommitmentPart.objects.update_or_create(commitment=commitment, part=part, defaults=facts)
    own = commitment.part_rows.filter(part__in=before, held_by_id=situation.actor.account_id)
    own.update(held_by=None, held_at=None, held_until=None)


def keep_text(commitment: Commitment, situation: Situation) -> None:
    """Keep the text as it stands, so that later ones can be compared with it; the same text is kept once."""
    scheme = rules_of_case(commitment.exchange, commitment, situation.at)
    text = commitment.frozen or text_of_commitment(commitment, scheme)
    known = {"commitment": commitment, "version": commitment.version, "text_sha256": commitment.text_sha256}
    made = {"text": text, "person": situation.actor.name, "capacity": situation.capacity, "at": situation.at}
    CommitmentText.objects.get_or_create(**known, defaults=made)


def _put_clauses_into_language(commitment: Commitment, before: str, scheme: Scheme) -> None:
    # Only what nobody has written anew: a text of the parties is theirs.
    was, now = (
        {clause.code: clause.text for clause in clauses_of(scheme, "commitment_to_quality", language)}
        for language in (before, commitment.language)
    )
    for party, code in RESPONSIBILITY_CLAUSES.items():
        if commitment.responsibilities.get(str(party)) == was.get(code):
            commitment.responsibilities[str(party)] = now.get(code, "")
    if commitment.confidentiality == was.get("confidentiality"):
        commitment.confidentiality = now.get("confidentiality", "")
    if commitment.insurance == was.get("insurance"):
        commitment.insurance = now.get("insurance", "")


def refresh_text(commitment: Commitment, scheme: Scheme) -> None:
    """Count the working days of the plan and take the fingerprint of the text as it stands."""
    commitment.working_days = len(counted_days_of(commitment, scheme))
    commitment.text_sha256 = rules.fingerprint_of(text_of_commitment(commitment, scheme))


def note_submission(situation: Situation) -> None:
    """Note when both organisations had agreed."""
    _save(situation.subject, submitted_at=situation.at)


def keep_hint_answers(situation: Situation) -> None:
    """Keep why a contact point lets a text pass although it has words that hint at an internship."""
    commitment: Commitment = situation.subject
    words = hint_words_of(commitment, situation.scheme)
    if words:
        answer = {"words": words, "reason": situation.inputs.get("hint_reason") or ""}
        _save(commitment, hint_answers={**commitment.hint_answers, str(situation.capacity): answer})


def reserve_budget(situation: Situation) -> None:
    """Set the amount aside when the visitor's partnership validates."""
    commitment: Commitment = situation.subject
    if situation.capacity is VP and commitment.exchange.is_funded:
        _hold_amount(situation, draft_agreement(commitment.exchange, situation), situation.scheme)


def draft_agreement(exchange: Exchange, situation: Situation) -> FinancialAgreement:
    """Give the agreement that is being prepared: the latest draft, or a next version with the account copied."""
    latest = latest_agreement(exchange)
    if latest is not None and latest.state == FinancialAgreementState.DRAFT:
        return latest
    fresh = FinancialAgreement(exchange=exchange, version=latest.version + 1 if latest is not None else 1)
    if latest is not None:
        for name in BANK_DETAILS:
            setattr(fresh, name, getattr(latest, name))
    engine.establish(fresh, at=situation.at)
    return fresh


def _hold_amount(situation: Situation, agreement: FinancialAgreement, scheme: Scheme) -> None:
    commitment: Commitment = situation.subject
    working = working_of(commitment, scheme)
    if working.refusal:
        raise engine.Refused(Refusal(working.refusal))
    partnership_id, case = commitment.exchange.visitor_partnership_id, str(commitment.exchange.reference)
    try:
        if working.cents != agreement.reserved_cents:
            budgets.free(partnership_id, agreement.reserved_cents, from_part="reserved", case=case, at=situation.at)
            budgets.reserve(partnership_id, working.cents, case=case, at=situation.at)
    except budgets.NotEnough:
        raise engine.Refused(Refusal("no_free_budget")) from None
    _save(
        agreement,
        reserved_cents=working.cents,
        full_cents=working.full_cents,
        amount_cents=working.cents,
        is_halved=working.halved,
        halving_reasons=list(working.reasons),
        currency=scheme.amounts.currency,
        working_days=commitment.working_days,
        distance_km=commitment.distance_km,
    )


def freeze_text(situation: Situation) -> None:
    """Pin the rules, keep the text as it is signed, and make its file."""
    commitment: Commitment = situation.subject
    version = version_in_force(commitment.exchange.edition.code, situation.at)
    scheme = scheme_version(version.pk)
    commitment.edition_version_id = version.pk
    commitment.validated_at = situation.at
    commitment.working_days = len(counted_days_of(commitment, scheme))
    commitment.frozen = text_of_commitment(commitment, scheme)
    commitment.text_sha256 = rules.fingerprint_of(commitment.frozen)
    commitment.document = document_of_commitment(commitment, situation)
    commitment.save()
    keep_text(commitment, situation)


def document_of_commitment(commitment: Commitment, situation: Situation) -> Document:
    """Make the file of a frozen text with the signatures that stand."""
    text = commitment.text
    data = {**text, "text_sha256": commitment.text_sha256, "signatures": signatures_of(commitment, text)}
    return make_document(
        Document.Kind.COMMITMENT_TO_QUALITY,
        data,
        subject_id=commitment.pk,
        version=commitment.version,
        language=commitment.language,
        title=title_of_commitment(commitment),
        dated=situation.at.date(),
        draft=False,
        at=situation.at,
    )


def title_of_commitment(commitment: Commitment) -> str:
    """Give the title of the document in its own language."""
    with translation.override(frame_language(commitment.language)):
        return _("Commitment to Quality %(reference)s, version %(version)s") % {
            "reference": commitment.exchange.reference,
            "version": commitment.version,
        }


def compute_amount(situation: Situation) -> None:
    """Pin the agreement to the frozen text, and its amount to the rules that the text was frozen under."""
    commitment: Commitment = situation.subject
    if not commitment.exchange.is_funded:
        return
    agreement = draft_agreement(commitment.exchange, situation)
    _hold_amount(situation, agreement, rules_of_case(commitment.exchange, commitment, situation.at))
    _save(agreement, commitment=commitment, edition_version_id=commitment.edition_version_id)


def keep_changes_reason(situation: Situation) -> None:
    """Keep why the text goes back, and forget how its words were explained."""
    commitment: Commitment = situation.subject
    commitment.changes_reason = situation.inputs.get("reason") or ""
    commitment.changes_reason_code = situation.inputs.get("reason_code") or ""
    commitment.hint_answers = {}
    commitment.last_edited_at = situation.at


def free_budget(situation: Situation) -> None:
    """Give back what was set aside for this text; an agreement that was offered on it is cancelled and begun anew."""
    exchange: Exchange = situation.subject.exchange
    agreement = latest_agreement(exchange)
    if agreement is None:
        return
    if agreement.state == FinancialAgreementState.OFFERED:
        engine.move(agreement, Action.CANCEL_AGREEMENT, actor=SYSTEM, at=situation.at)
        draft_agreement(exchange, situation)
    elif agreement.state == FinancialAgreementState.DRAFT:
        release_money(agreement, situation.at)
        _save(
            agreement,
            commitment=None,
            edition_version=None,
            full_cents=None,
            amount_cents=None,
            is_halved=False,
            halving_reasons=[],
            working_days=None,
            distance_km=None,
        )


def release_money(agreement: FinancialAgreement, at: datetime) -> None:
    """Give back to the budget whatever the agreement still holds of it."""
    partnership_id, case = agreement.exchange.visitor_partnership_id, str(agreement.exchange.reference)
    budgets.free(partnership_id, agreement.reserved_cents, from_part="reserved", case=case, at=at)
    budgets.free(partnership_id, agreement.committed_cents, from_part="committed", case=case, at=at)
    _save(agreement, reserved_cents=0, committed_cents=0)


def begin_next_version(situation: Situation) -> None:
    """Open the text again as its next version; what was said to the version before stays with that version."""
    commitment: Commitment = situation.subject
    _reopen(commitment, situation)
    keep_text(commitment, situation)


def begin_amendment(situation: Situation) -> None:
    """Copy the signed text into a next version and work on that; the signed one stays as it is."""
    commitment: Commitment = situation.subject
    commitment.pk = None
    commitment._state.adding = True
    commitment.signed_at = None
    _reopen(commitment, situation)
    commitment.save()
    keep_text(commitment, situation)


def _reopen(commitment: Commitment, situation: Situation) -> None:
    commitment.version += 1
    commitment.edition_version = None
    commitment.frozen = None
    commitment.document = None
    commitment.submitted_at = commitment.validated_at = None
    commitment.hint_answers = {}
    commitment.pen_held_by = commitment.pen_until = commitment.signers_reminded_at = None
    commitment.help_asked_at, commitment.help_asked_by = None, ""
    commitment.last_edited_at = situation.at
    refresh_text(commitment, rules_of_case(commitment.exchange, None, situation.at))


def note_signed(situation: Situation) -> None:
    """Note when the last signature was given."""
    _save(situation.subject, signed_at=situation.at)


def have_signature_written(situation: Situation) -> None:
    """Let a job write the signature into the file; one at a time for each file, in the order of the consents."""
    machine, subject = registry.machine_of(situation.subject), situation.subject
    lock = f"{machine.name} {subject.pk}"
    task = jobs_app.configure_task(WRITE_SIGNATURES, queue="documents", lock=lock, priority=AFTER_MAILS)
    task.defer(kind=machine.name, subject_id=subject.pk)


def put_pen_back(situation: Situation) -> None:
    """Let others sign again once whoever held the pen has signed."""
    _save(situation.subject, pen_held_by=None, pen_until=None)


# The financial agreement


def keep_bank_details(situation: Situation) -> None:
    """Keep the account, sealed; only its last four characters stand open."""
    agreement: FinancialAgreement = situation.subject
    inputs = situation.inputs
    details = {name: str(inputs.get(name) or "").strip() for name in ("account_holder", "bic", "bank_address")}
    iban = "".join(str(inputs.get("iban") or "").split()).upper()
    number = "" if iban else str(inputs.get("account_number") or "").strip()
    if not agreement.bank_details_given_at:
        agreement.notice_address = representative_of(agreement.exchange, V).email
    elif (iban, number) != (agreement.iban, agreement.account_number):
        tell_of_another_account(agreement, (iban or number)[-4:])
    _save(
        agreement,
        **details,
        iban=iban,
        account_number=number,
        account_ending=(iban or number)[-4:],
        tax_status=inputs.get("tax_status") or "",
        de_minimis_cents=inputs.get("de_minimis_cents"),
        bank_details_given_at=situation.at,
        notice_address=agreement.notice_address,
    )


def tell_of_another_account(agreement: FinancialAgreement, ending: str) -> None:
    """Have those who could not have wished it told that the money goes to another account."""
    if notices.somebody_is_told():
        jobs_app.configure_task(TELL_OF_ANOTHER_ACCOUNT, queue="mail").defer(agreement_id=agreement.pk, ending=ending)


def reserve_again(situation: Situation) -> None:
    """Set the amount aside anew where a declined offer had given it back."""
    agreement: FinancialAgreement = situation.subject
    amount = agreement.amount_cents or 0
    try:
        budgets.reserve(
            agreement.exchange.visitor_partnership_id, amount - agreement.reserved_cents,
            case=str(agreement.exchange.reference), at=situation.at,
        )  # fmt: skip
    except budgets.NotEnough:
        raise engine.Refused(Refusal("no_free_budget")) from None
    _save(agreement, reserved_cents=amount)


def freeze_agreement(situation: Situation) -> None:
    """Keep the agreement as it is signed, sealed since it names the account, and make its file."""
    agreement: FinancialAgreement = situation.subject
    commitment: Any = agreement.commitment
    text = text_of_agreement(agreement, commitment, situation.scheme)
    agreement.frozen = json.dumps(text, sort_keys=True, ensure_ascii=False)
    agreement.text_sha256 = rules.fingerprint_of(text)
    agreement.offered_at = situation.at
    agreement.decline_reason = ""
    agreement.document = document_of_agreement(agreement, situation)


def document_of_agreement(agreement: FinancialAgreement, situation: Situation) -> Document:
    """Make the file of a financial agreement with the signatures that stand."""
    text = agreement.text
    data = {**text, "text_sha256": agreement.text_sha256, "signatures": signatures_of(agreement, text)}
    with translation.override(frame_language(text["language"])):
        title = _("Financial agreement %(reference)s, version %(version)s") % {
            "reference": agreement.exchange.reference,
            "version": agreement.version,
        }
    return make_document(
        Document.Kind.FINANCIAL_AGREEMENT,
        data,
        subject_id=agreement.pk,
        version=agreement.version,
        language=text["language"],
        title=title,
        dated=situation.at.date(),
        draft=False,
        at=situation.at,
    )


def reopen_agreement(situation: Situation) -> None:
    """Take the offer back to a draft with the visitor's reason and free its money; its next offer is a next version."""
    agreement: FinancialAgreement = situation.subject
    release_money(agreement, situation.at)
    agreement.pen_held_by = agreement.pen_until = agreement.signers_reminded_at = None
    agreement.decline_reason = situation.inputs.get("reason") or ""
    agreement.version += 1
    agreement.text_sha256, agreement.frozen, agreement.document, agreement.offered_at = "", "", None, None


def commit_budget(situation: Situation) -> None:
    """Turn what was reserved into what is owed."""
    agreement: FinancialAgreement = situation.subject
    try:
        budgets.commit(
            agreement.exchange.visitor_partnership_id, agreement.reserved_cents,
            case=str(agreement.exchange.reference), at=situation.at,
        )  # fmt: skip
    except budgets.NotEnough:
        raise engine.Refused(Refusal("no_free_budget")) from None
    _save(agreement, reserved_cents=0, committed_cents=agreement.reserved_cents)


def free_budget_of_agreement(situation: Situation) -> None:
    """Give back what a cancelled agreement held of the budget."""
    release_money(situation.subject, situation.at)


def supersede_commitment(commitment: Commitment, situation: Situation) -> None:
    """Mark a version as replaced once the next one is signed."""
    commitment.state_since = situation.at
    _save(commitment, state="SUPERSEDED", state_since=situation.at)
    engine.record(commitment, Action.SUPERSEDE_COMMITMENT, actor=SYSTEM, at=situation.at, capacity=SYS)


def _save(row: Model, **columns: object) -> None:
    for name, value in columns.items():
        setattr(row, name, value)
    names = [name.removesuffix("_id") for name in columns]
    row.save(update_fields=names)
