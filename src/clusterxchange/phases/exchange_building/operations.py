"""Everything that is done to an exchange, its Commitment to Quality and its financial agreement, step by step."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.conf import settings
from django.db import transaction

from clusterxchange.access.actions import Action
from clusterxchange.access.actor import Actor
from clusterxchange.access.capacities import Capacity
from clusterxchange.documents.operations import signing_authority
from clusterxchange.documents.verification.pack import make_pack
from clusterxchange.foundation.files import store
from clusterxchange.foundation.models import StoredFile
from clusterxchange.parties.partnerships import budgets
from clusterxchange.phases.exchange_building import queries
from clusterxchange.phases.exchange_building.models import Commitment, Exchange, FinancialAgreement
from clusterxchange.workflow import engine, journal
from clusterxchange.workflow.tables import Refusal


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
            installation=settings.PUBLIC_URL.rstrip("/"),
            at=at,
        )


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


@transaction.atomic
def settle_budget(exchange: Exchange, *, paid_cents: int) -> None:
    """Move what was paid from the committed to the paid money, and give back what was committed above it.

    :raises budgets.NotEnough: when more is paid than the agreement holds.
    """
    agreement = queries.signed_agreement(exchange)
    if agreement is None:
        raise budgets.NotEnough("committed_cents")
    agreement = FinancialAgreement.objects.select_for_update(of=("self",)).get(pk=agreement.pk)
    if paid_cents > agreement.committed_cents:
        raise budgets.NotEnough("committed_cents")
    budgets.pay(exchange.visitor_partnership_id, paid_cents)
    budgets.free(exchange.visitor_partnership_id, agreement.committed_cents - paid_cents, from_part="committed")
    agreement.committed_cents = 0
    agreement.save(update_fields=["committed_cents"])


def _signature(
    version: str, text_sha256: str, *, is_authenticated: bool, scan: Upload | None, at: datetime
) -> dict[str, Any]:
    kept: StoredFile | None = store(scan.content, scan.name, scan.content_type, at) if scan is not None else None
    return {"version": version, "text_sha256": text_sha256, "is_authenticated": is_authenticated, "scan": kept}
