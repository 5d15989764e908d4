"""Everything that is done to an exchange, its Commitment to Quality and its financial agreement, step by step."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, Final

from django.conf import settings
from django.db import transaction

from clusterxchange.access import decide
from clusterxchange.access.actions import Action
from clusterxchange.access.actor import Actor
from clusterxchange.access.capacities import Capacity
from clusterxchange.documents.models import Document
from clusterxchange.documents.operations import keep_signed_copy, signing_authority
from clusterxchange.documents.verification.pack import make_pack
from clusterxchange.foundation.files import store
from clusterxchange.foundation.models import StoredFile
from clusterxchange.parties.accounts.models import Account
from clusterxchange.parties.partnerships import budgets
from clusterxchange.parties.partnerships.models import Partnership
from clusterxchange.phases.exchange_building import guards, queries
from clusterxchange.phases.exchange_building.models import (
    Audit,
    Commitment,
    CommitmentPart,
    Exchange,
    FinancialAgreement,
    PartComment,
    SigningDelegation,
)
from clusterxchange.workflow import cases, engine, journal, notices, obligations, registry, thread
from clusterxchange.workflow.tables import Machine, Refusal


@dataclass(frozen=True)
class Upload:
    """A file that the door for files has let in, before it is kept."""

    content: bytes
    content_type: str
    name: str


# The exchange


def agree_exchange(exchange: Exchange, *, actor: Actor, at: datetime, capacity: Capacity | None = None) -> Exchange:
    """Note that all four have signed the Commitment to Quality."""
    engine.move(exchange, Action.AGREE_EXCHANGE, actor=actor, at=at, capacity=capacity)
    return exchange


def make_exchange_ready(
    exchange: Exchange, *, actor: Actor, at: datetime, capacity: Capacity | None = None
) -> Exchange:
    """Note that everything is signed that has to be before the start."""
    engine.move(exchange, Action.MAKE_EXCHANGE_READY, actor=actor, at=at, capacity=capacity)
    return exchange


def confirm_start(exchange: Exchange, *, actor: Actor, at: datetime, capacity: Capacity | None = None) -> Exchange:
    """Say for one organisation that the stay has begun."""
    engine.move(exchange, Action.CONFIRM_START, actor=actor, at=at, capacity=capacity)
    return exchange


def confirm_end(exchange: Exchange, *, actor: Actor, at: datetime, capacity: Capacity | None = None) -> Exchange:
    """Say for one organisation that the stay has ended."""
    engine.move(exchange, Action.CONFIRM_END, actor=actor, at=at, capacity=capacity)
    return exchange


def interrupt_exchange(
    exchange: Exchange, *, reason: str, actor: Actor, at: datetime, capacity: Capacity | None = None
) -> Exchange:
    """Interrupt a stay for force majeure."""
    engine.move(exchange, Action.INTERRUPT_EXCHANGE, actor=actor, at=at, capacity=capacity, inputs={"reason": reason})
    return exchange


def resume_exchange(
    exchange: Exchange, *, reason: str, actor: Actor, at: datetime, capacity: Capacity | None = None
) -> Exchange:
    """Let an interrupted stay go on."""
    engine.move(exchange, Action.RESUME_EXCHANGE, actor=actor, at=at, capacity=capacity, inputs={"reason": reason})
    return exchange


def report_no_show(
    exchange: Exchange, *, reason: str, actor: Actor, at: datetime, capacity: Capacity | None = None
) -> Exchange:
    """Say that the visitor did not come; the visitor's partnership decides what follows."""
    engine.move(exchange, Action.REPORT_NO_SHOW, actor=actor, at=at, capacity=capacity, inputs={"reason": reason})
    return exchange


def cancel_exchange(
    exchange: Exchange,
    *,
    reason_code: str,
    reason: str = "",
    actor: Actor,
    at: datetime,
    capacity: Capacity | None = None,
) -> Exchange:
    """Call an exchange off; visit, place and budget are free again."""
    inputs = {"reason_code": reason_code, "reason": reason}
    engine.move(exchange, Action.CANCEL_EXCHANGE, actor=actor, at=at, capacity=capacity, inputs=inputs)
    return exchange


def close_exchange(
    exchange: Exchange, *, settled: bool, actor: Actor, at: datetime, capacity: Capacity | None = None
) -> Exchange:
    """Close and count an exchange. `settled` is the finalisation's word that reports and payment are done."""
    engine.move(exchange, Action.CLOSE_EXCHANGE, actor=actor, at=at, capacity=capacity, inputs={"settled": settled})
    return exchange


def open_verification_pack(
    exchange: Exchange, *, actor: Actor, at: datetime, capacity: Capacity | None = None
) -> bytes:
    """Give the ZIP file by which anybody can check what was signed, as far as the reader may open the documents.

    :raises engine.Refused: nothing is signed by all of its parties yet, or a signature is still being written.
    """
    from clusterxchange.documents.signing.time_stamps import stamp_roots  # noqa: PLC0415 -- slow to load, and most processes never sign or check a file

    with engine.unit_of_work(actor, at):
        engine.record(exchange, Action.OPEN_VERIFICATION_PACK, actor=actor, at=at, capacity=capacity)
        refusal = queries.refusal_of_pack(exchange, actor)
        if refusal:
            raise engine.Refused(Refusal(refusal))
        kinds = queries.kinds_in_pack(exchange, actor)
        return make_pack(
            str(exchange.reference),
            queries.signed_documents(exchange, actor),
            journal.extract_of(str(exchange.reference), kinds),
            signing_authority(at),
            stamp_roots=stamp_roots(),
            installation=settings.PUBLIC_URL.rstrip("/"),
            at=at,
        )


def open_audit(
    partnership: Partnership,
    *,
    email: str,
    first_day: date,
    last_day: date,
    actor: Actor,
    at: datetime,
    capacity: Capacity | None = None,
) -> Audit:
    """Let somebody read the exchanges of a partnership that were begun in a span of days; both days count.

    :raises engine.Refused: nobody has an account with this address, or the person is a party to what is audited.
    """
    with engine.unit_of_work(actor, at):
        engine.record(partnership, Action.OPEN_AUDIT, actor=actor, at=at, capacity=capacity)
        auditor = Account.objects.filter(email__iexact=email.strip(), is_active=True).first()
        if auditor is None:
            raise engine.Refused(Refusal("account_unknown", field="email"))
        if queries.is_party(auditor, partnership):
            raise engine.Refused(Refusal("auditor_is_a_party", field="email"))
        if not auditor.is_auditor:
            auditor.is_auditor = True
            auditor.save(update_fields=["is_auditor"])
        audit = Audit.objects.create(
            partnership=partnership,
            auditor=auditor,
            first_day=first_day,
            last_day=last_day,
            opened_by_id=actor.account_id or 0,
            opened_at=at,
        )
        audit.exchanges.set(queries.exchanges_of_span(partnership, first_day, last_day))
    return audit


def end_audit(audit: Audit, *, actor: Actor, at: datetime, capacity: Capacity | None = None) -> None:
    """Take an auditor's right to read away."""
    with engine.unit_of_work(actor, at):
        engine.record(audit.partnership, Action.END_AUDIT, actor=actor, at=at, capacity=capacity)
        locked = Audit.objects.select_for_update(of=("self",)).get(pk=audit.pk)
        locked.exchanges.clear()
        locked.ended_at = locked.ended_at or at
        locked.save(update_fields=["ended_at"])
        if not Audit.objects.filter(auditor_id=locked.auditor_id, ended_at=None).exists():
            Account.objects.filter(pk=locked.auditor_id).update(is_auditor=False)


# The commitment


def edit_commitment(
    commitment: Commitment,
    *,
    values: Mapping[str, Any],
    seen: Mapping[str, str] | None = None,
    version: str = "",
    actor: Actor,
    at: datetime,
    capacity: Capacity | None = None,
) -> Commitment:
    """Write some columns of the text. `seen` holds the fingerprint that each part had on the page."""
    inputs = {"values": dict(values), "seen": dict(seen or {}), "version": version}
    engine.move(commitment, Action.EDIT_COMMITMENT, actor=actor, at=at, capacity=capacity, inputs=inputs)
    return commitment


PART_IS_HELD: Final = timedelta(minutes=10)


def hold_part(
    commitment: Commitment, *, part: str, actor: Actor, at: datetime, takes_over: bool = False
) -> CommitmentPart | None:
    """Hold a part while somebody writes it; give the row of whoever else holds it, None where it is now the actor's.

    :raises engine.NotAllowed: the actor does not write this text.
    """
    denial = decide.denial(actor, "commitment", Action.EDIT_COMMITMENT, commitment)
    if denial is not None:
        raise engine.NotAllowed(Refusal(denial))
    with transaction.atomic():
        CommitmentPart.objects.get_or_create(commitment=commitment, part=part)
        row = commitment.part_rows.select_for_update(of=("self",)).select_related("held_by").get(part=part)
        is_held = row.held_by_id is not None and row.held_until is not None and row.held_until > at
        if is_held and row.held_by_id != actor.account_id and not takes_over:
            return row
        if not is_held or row.held_by_id != actor.account_id:
            row.held_at = at
        row.held_by_id, row.held_until = actor.account_id, at + PART_IS_HELD
        row.save(update_fields=["held_by", "held_at", "held_until"])
    return None


def comment_on_part(
    commitment: Commitment, *, part: str, text: str, actor: Actor, at: datetime, capacity: Capacity | None = None
) -> PartComment:
    """Say something about one part of the text; the two organisations are told."""
    machine = registry.machine_of(commitment)
    with engine.unit_of_work(actor, at):
        acting = engine.acting_capacity(machine, commitment, Action.COMMENT_ON_PART, actor, capacity)
        engine.record(
            commitment,
            Action.COMMENT_ON_PART,
            actor=actor,
            at=at,
            capacity=acting,
            payload={"part": part},
            tells={Capacity.V, Capacity.H} - {acting},
        )
        return PartComment.objects.create(
            exchange=commitment.exchange, part=part, author_id=actor.account_id or 0, capacity=acting, text=text, at=at
        )


def ask_for_help(
    commitment: Commitment, *, question: str, actor: Actor, at: datetime, capacity: Capacity | None = None
) -> None:
    """Ask one's own contact point for help with the text, who then has a term to answer.

    :raises engine.Refused: the text is not being written, or help was asked for already.
    """
    machine = registry.machine_of(commitment)
    with engine.unit_of_work(actor, at):
        engine.lock(machine, commitment)
        acting = engine.acting_capacity(machine, commitment, Action.ASK_FOR_HELP, actor, capacity)
        if machine.row_for(Action.EDIT_COMMITMENT, commitment.state) is None or not guards.exchange_goes_on(commitment):
            raise engine.WrongState(Refusal("wrong_state", {"state": commitment.state}))
        if commitment.help_asked_at is not None:
            raise engine.Refused(Refusal("help_is_asked_for"))
        commitment.help_asked_at, commitment.help_asked_by = at, acting
        commitment.save(update_fields=["help_asked_at", "help_asked_by"])
        helper = next(one for one, asking in queries.ASKED_BY.items() if asking is acting)
        engine.record(commitment, Action.ASK_FOR_HELP, actor=actor, at=at, capacity=acting, tells={helper})
        thread.say_something(commitment.exchange, text=question, actor=actor, at=at)


def answer_help(
    commitment: Commitment, *, answer: str, actor: Actor, at: datetime, capacity: Capacity | None = None
) -> None:
    """Answer the question of one's organisation; nobody waits for help any more.

    :raises engine.Refused: nobody has asked this contact point.
    """
    machine = registry.machine_of(commitment)
    with engine.unit_of_work(actor, at):
        engine.lock(machine, commitment)
        acting = engine.acting_capacity(machine, commitment, Action.ANSWER_HELP, actor, capacity)
        if commitment.help_asked_at is None or commitment.help_asked_by != queries.ASKED_BY[acting]:
            raise engine.Refused(Refusal("help_is_not_asked_for"))
        commitment.help_asked_at, commitment.help_asked_by = None, ""
        commitment.save(update_fields=["help_asked_at", "help_asked_by"])
        engine.record(commitment, Action.ANSWER_HELP, actor=actor, at=at, capacity=acting)
        thread.say_something(commitment.exchange, text=answer, actor=actor, at=at)


def agree_commitment(
    commitment: Commitment,
    *,
    version: str,
    text_sha256: str,
    actor: Actor,
    at: datetime,
    capacity: Capacity | None = None,
) -> Commitment:
    """Agree for one organisation with the text as it stands."""
    inputs = {"version": version, "text_sha256": text_sha256}
    engine.move(commitment, Action.AGREE_COMMITMENT, actor=actor, at=at, capacity=capacity, inputs=inputs)
    return commitment


def validate_commitment(
    commitment: Commitment,
    *,
    version: str,
    text_sha256: str,
    hint_reason: str = "",
    actor: Actor,
    at: datetime,
    capacity: Capacity | None = None,
) -> Commitment:
    """Validate the text for one partnership; the visitor's sets the amount aside."""
    inputs = {"version": version, "text_sha256": text_sha256, "hint_reason": hint_reason}
    engine.move(commitment, Action.VALIDATE_COMMITMENT, actor=actor, at=at, capacity=capacity, inputs=inputs)
    return commitment


def request_changes(
    commitment: Commitment,
    *,
    reason_code: str,
    reason: str = "",
    actor: Actor,
    at: datetime,
    capacity: Capacity | None = None,
) -> Commitment:
    """Send the text back to the two organisations."""
    inputs = {"reason_code": reason_code, "reason": reason}
    engine.move(commitment, Action.REQUEST_CHANGES, actor=actor, at=at, capacity=capacity, inputs=inputs)
    return commitment


def open_signing(commitment: Commitment, *, actor: Actor, at: datetime, capacity: Capacity | None = None) -> Commitment:
    """Open the frozen text for the four signatures."""
    engine.move(commitment, Action.OPEN_SIGNING, actor=actor, at=at, capacity=capacity)
    return commitment


def sign_commitment(
    commitment: Commitment,
    *,
    version: str,
    text_sha256: str,
    is_authenticated: bool,
    scan: Upload | None = None,
    actor: Actor,
    at: datetime,
    capacity: Capacity | None = None,
) -> Commitment:
    """Sign for one party. `is_authenticated` is the caller's word that the person has just shown who they are."""
    with transaction.atomic():
        inputs = _signature(version, text_sha256, is_authenticated=is_authenticated, scan=scan, at=at)
        engine.move(commitment, Action.SIGN_COMMITMENT, actor=actor, at=at, capacity=capacity, inputs=inputs)
    return commitment


def decline_signature(
    commitment: Commitment,
    *,
    reason_code: str,
    reason: str = "",
    actor: Actor,
    at: datetime,
    capacity: Capacity | None = None,
) -> Commitment:
    """Refuse to sign; the text is opened again as its next version."""
    inputs = {"reason_code": reason_code, "reason": reason}
    engine.move(commitment, Action.DECLINE_SIGNATURE, actor=actor, at=at, capacity=capacity, inputs=inputs)
    return commitment


def amend_commitment(
    commitment: Commitment, *, actor: Actor, at: datetime, capacity: Capacity | None = None
) -> Commitment:
    """Begin a next version of a signed text; afterwards the row handed in is that next version."""
    engine.move(commitment, Action.AMEND_COMMITMENT, actor=actor, at=at, capacity=capacity)
    return commitment


# The financial agreement


def give_bank_details(  # noqa: PLR0913 -- each a fact of the account, all named
    agreement: FinancialAgreement,
    *,
    account_holder: str,
    tax_status: str,
    iban: str = "",
    account_number: str = "",
    bic: str = "",
    bank_address: str = "",
    de_minimis_cents: int | None = None,
    actor: Actor,
    at: datetime,
    capacity: Capacity | None = None,
) -> FinancialAgreement:
    """Give the account to which the lump sum goes, and what the agreement says of tax and aid."""
    inputs = {
        "account_holder": account_holder,
        "tax_status": tax_status,
        "iban": iban,
        "account_number": account_number,
        "bic": bic,
        "bank_address": bank_address,
        "de_minimis_cents": de_minimis_cents,
    }
    engine.move(agreement, Action.GIVE_BANK_DETAILS, actor=actor, at=at, capacity=capacity, inputs=inputs)
    return agreement


def offer_agreement(
    agreement: FinancialAgreement, *, actor: Actor, at: datetime, capacity: Capacity | None = None
) -> FinancialAgreement:
    """Offer the agreement to the visiting organisation; its text is frozen."""
    engine.move(agreement, Action.OFFER_AGREEMENT, actor=actor, at=at, capacity=capacity)
    return agreement


def sign_agreement(
    agreement: FinancialAgreement,
    *,
    version: str,
    text_sha256: str,
    is_authenticated: bool,
    scan: Upload | None = None,
    actor: Actor,
    at: datetime,
    capacity: Capacity | None = None,
) -> FinancialAgreement:
    """Sign the financial agreement for one of its two parties."""
    with transaction.atomic():
        inputs = _signature(version, text_sha256, is_authenticated=is_authenticated, scan=scan, at=at)
        engine.move(agreement, Action.SIGN_AGREEMENT, actor=actor, at=at, capacity=capacity, inputs=inputs)
    return agreement


def decline_agreement(
    agreement: FinancialAgreement, *, reason: str, actor: Actor, at: datetime, capacity: Capacity | None = None
) -> FinancialAgreement:
    """Send the offer back to the visitor's partnership."""
    engine.move(agreement, Action.DECLINE_AGREEMENT, actor=actor, at=at, capacity=capacity, inputs={"reason": reason})
    return agreement


def cancel_agreement(
    agreement: FinancialAgreement, *, actor: Actor, at: datetime, capacity: Capacity | None = None
) -> FinancialAgreement:
    """Cancel the agreement of a cancelled exchange."""
    engine.move(agreement, Action.CANCEL_AGREEMENT, actor=actor, at=at, capacity=capacity)
    return agreement


def supersede_agreement(
    agreement: FinancialAgreement, *, actor: Actor, at: datetime, capacity: Capacity | None = None
) -> FinancialAgreement:
    """Replace a signed agreement by the amended one."""
    engine.move(agreement, Action.SUPERSEDE_AGREEMENT, actor=actor, at=at, capacity=capacity)
    return agreement


# Signing: who may, where, and who is asked again

PEN_IS_HELD: Final = timedelta(hours=1)
REMINDED_ONCE_IN: Final = timedelta(days=1)


def remind_signers(
    subject: Commitment | FinancialAgreement, *, actor: Actor, at: datetime, capacity: Capacity | None = None
) -> int:
    """Remind by mail those whose signature is missing, at most once a day; give how many parties that are.

    :raises engine.Refused: they were reminded within a day, or nobody's signature is missing.
    """
    with _locked(subject, Action.REMIND_SIGNERS, actor, at, capacity) as machine:
        last = subject.signers_reminded_at
        if last is not None and at < last + REMINDED_ONCE_IN:
            raise engine.Refused(Refusal("reminded_today"))
        open_ones = [
            one for one in queries.signatures_wanted(subject, machine.name) if not obligations.is_own(one, actor)
        ]
        if not open_ones:
            raise engine.Refused(Refusal("nobody_to_remind"))
        for one in open_ones:
            notices.remind(one, at)
        subject.signers_reminded_at = at
        subject.save(update_fields=["signers_reminded_at"])
    return len(open_ones)


def delegate_signature(
    commitment: Commitment, *, colleague: int, actor: Actor, at: datetime, capacity: Capacity | None = None
) -> SigningDelegation:
    """Let a colleague sign for one's organisation in this exchange; only the person who represents it may.

    :raises engine.Refused: the actor does not represent the organisation, or the other one does not speak for it.
    """
    with _locked(commitment, Action.DELEGATE_SIGNATURE, actor, at, capacity):
        acting = _represented(commitment, actor, capacity)
        exchange = commitment.exchange
        if colleague not in {one.pk for one in queries.colleagues_of(exchange, acting)}:
            raise engine.Refused(Refusal("not_a_colleague", field="colleague"))
        if queries.delegation_to(exchange, acting, colleague, at) is not None:
            raise engine.Refused(Refusal("has_the_right_already", field="colleague"))
        return SigningDelegation.objects.create(
            exchange=exchange,
            capacity=acting,
            given_by=queries.representative_of(exchange, acting),
            given_to_id=colleague,
            given_at=at,
        )


def revoke_delegation(
    commitment: Commitment, *, colleague: int, actor: Actor, at: datetime, capacity: Capacity | None = None
) -> None:
    """Take the right to sign back; what was signed until then holds.

    :raises engine.Refused: the actor does not represent the organisation, or there is no such delegation.
    """
    with _locked(commitment, Action.REVOKE_DELEGATION, actor, at, capacity):
        acting = _represented(commitment, actor, capacity)
        standing = queries.delegation_to(commitment.exchange, acting, colleague, at)
        if standing is None:
            raise engine.Refused(Refusal("not_a_colleague", field="colleague"))
        standing.revoked_at = at
        standing.save(update_fields=["revoked_at"])


def _represented(commitment: Commitment, actor: Actor, capacity: Capacity | None) -> Capacity:
    acting = engine.acting_capacity(
        registry.machine_of(commitment), commitment, Action.DELEGATE_SIGNATURE, actor, capacity
    )
    person = queries.representative_of(commitment.exchange, acting)
    if person.pk != actor.account_id:
        raise engine.Refused(Refusal("no_right_to_sign", {"person": person.full_name}))
    return acting


def take_pen(
    subject: Commitment | FinancialAgreement, *, actor: Actor, at: datetime, capacity: Capacity | None = None
) -> Document:
    """Give the file to be signed elsewhere; for an hour nobody else signs, so that the copy fits when it comes back.

    :raises engine.Refused: what stands against signing here stands against it as well.
    """
    with _locked(subject, Action.TAKE_PEN, actor, at, capacity) as machine:
        document = _document_to_sign(machine, subject, actor, at, capacity)
        subject.pen_held_by_id, subject.pen_until = actor.account_id, at + PEN_IS_HELD
        subject.save(update_fields=["pen_held_by", "pen_until"])
    return document


def return_pen(
    subject: Commitment | FinancialAgreement, *, actor: Actor, at: datetime, capacity: Capacity | None = None
) -> None:
    """Give the pen back without having signed.

    :raises engine.Refused: the actor does not hold it.
    """
    with _locked(subject, Action.RETURN_PEN, actor, at, capacity):
        _pen_is_held(subject, actor, at)
        subject.pen_held_by = subject.pen_until = None
        subject.save(update_fields=["pen_held_by", "pen_until"])


def hand_in_signed_copy(
    subject: Commitment | FinancialAgreement,
    *,
    copy: Upload,
    is_authenticated: bool,
    actor: Actor,
    at: datetime,
    capacity: Capacity | None = None,
) -> None:
    """Sign by a copy that bears one more signature, given elsewhere with one's own certificate.

    :raises engine.Refused: it is not our file with exactly one more valid signature of this person.
    """
    from clusterxchange.documents.signing.handed_in import check_copy  # noqa: PLC0415 -- slow to load, and most processes never sign or check a file

    with _locked(subject, Action.HAND_IN_SIGNED_COPY, actor, at, capacity) as machine:
        document = _document_to_sign(machine, subject, actor, at, capacity)
        _pen_is_held(subject, actor, at)
        action = queries.SIGNATURES_OF[machine.name]
        acting = engine.acting_capacity(machine, subject, action, actor, capacity)
        found = check_copy(document.file.content.read(), copy.content, field=acting, person=actor.name, at=at)
        if found.refusal:
            raise engine.Refused(Refusal(found.refusal, field="copy"))
        subject.document = keep_signed_copy(document, copy.content, at)
        subject.save(update_fields=["document"])
        inputs = {
            **_signature(
                str(subject.version), subject.text_sha256, is_authenticated=is_authenticated, scan=None, at=at
            ),
            "level": found.level,
            "file_sha256": subject.document.sha256,
        }
        engine.move(subject, action, actor=actor, at=at, capacity=acting, inputs=inputs)


@contextmanager
def _locked(
    subject: Commitment | FinancialAgreement,
    action: Action,
    actor: Actor,
    at: datetime,
    capacity: Capacity | None,
) -> Iterator[Machine]:
    machine = registry.machine_of(subject)
    with engine.unit_of_work(actor, at):
        engine.lock(machine, subject)
        engine.record(subject, action, actor=actor, at=at, capacity=capacity)
        yield machine


def _document_to_sign(
    machine: Machine,
    subject: Commitment | FinancialAgreement,
    actor: Actor,
    at: datetime,
    capacity: Capacity | None,
) -> Document:
    against = cases.standing_refusal(machine, subject, queries.SIGNATURES_OF[machine.name], actor, capacity, at)
    if against is not None:
        raise engine.Refused(against)
    document = subject.document
    if document is None or document.signatures != len(queries.consents_to_sign(subject)):
        raise engine.Refused(Refusal("document_missing"))
    return document


def _pen_is_held(subject: Commitment | FinancialAgreement, actor: Actor, at: datetime) -> None:
    if subject.pen_held_by_id != actor.account_id or subject.pen_until is None or subject.pen_until <= at:
        raise engine.Refused(Refusal("pen_not_held"))


@transaction.atomic
def settle_budget(exchange: Exchange, *, paid_cents: int, at: datetime) -> None:
    """Move what was paid from the committed to the paid money, and give back what was committed above it.

    :raises budgets.NotEnough: when more is paid than the agreement holds.
    """
    agreement = queries.signed_agreement(exchange)
    if agreement is None:
        raise budgets.NotEnough("committed_cents")
    agreement = FinancialAgreement.objects.select_for_update(of=("self",)).get(pk=agreement.pk)
    if paid_cents > agreement.committed_cents:
        raise budgets.NotEnough("committed_cents")
    partnership_id, case = exchange.visitor_partnership_id, str(exchange.reference)
    budgets.pay(partnership_id, paid_cents, case=case, at=at)
    budgets.free(partnership_id, agreement.committed_cents - paid_cents, from_part="committed", case=case, at=at)
    agreement.committed_cents = 0
    agreement.save(update_fields=["committed_cents"])


def _signature(
    version: str, text_sha256: str, *, is_authenticated: bool, scan: Upload | None, at: datetime
) -> dict[str, Any]:
    kept: StoredFile | None = store(scan.content, scan.name, scan.content_type, at) if scan is not None else None
    return {"version": version, "text_sha256": text_sha256, "is_authenticated": is_authenticated, "scan": kept}
