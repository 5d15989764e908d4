"""What follows in exchange building from what has just happened, in the same transaction."""

from dataclasses import replace
from typing import Any

from clusterxchange.access.actor import SYSTEM
from clusterxchange.access.capacities import SYS
from clusterxchange.phases.exchange_building import operations
from clusterxchange.phases.exchange_building.effects import keep_text, refresh_text, supersede_commitment, write_part
from clusterxchange.phases.exchange_building.models import (
    Audit,
    Commitment,
    CommitmentState,
    Exchange,
    ExchangeState,
    FinancialAgreement,
    FinancialAgreementState,
)
from clusterxchange.phases.exchange_building.queries import (
    RESPONSIBILITY_CLAUSES,
    country_of,
    distance_between,
    exchanges_of_span,
    is_physical,
    rules_of_case,
    signed_agreement,
    text_of_programme,
)
from clusterxchange.phases.matching import operations as matching
from clusterxchange.scheme.clauses import clauses_of
from clusterxchange.scheme.document import Format
from clusterxchange.workflow import engine
from clusterxchange.workflow.registry import follows
from clusterxchange.workflow.tables import Situation

PREFERRED_LANGUAGE = "en"


@follows("proposal", "ACCEPTED")
def begin_exchange(situation: Situation) -> None:
    """Make the exchange of a match, with its first text and, where somebody travels, its financial agreement."""
    proposal: Any = situation.subject
    visitor, host = proposal.visitor_participation, proposal.host_participation
    exchange = Exchange(
        edition=visitor.partnership.edition,
        proposal=proposal,
        programme=proposal.programme,
        format=proposal.format,
        is_funded=Format(proposal.format) is Format.PHYSICAL and situation.scheme.agreement.pays,
        visitor_participation=visitor,
        host_participation=host,
        visiting_organisation=visitor.organisation,
        host_organisation=host.organisation,
        visitor_partnership=visitor.partnership,
        host_partnership=host.partnership,
        visitor_type=visitor.organisation.organisation_type,
        from_country=country_of(visitor),
        to_country=country_of(host),
    )
    engine.establish(exchange, at=situation.at)
    for audit in Audit.objects.filter(partnership=visitor.partnership, ended_at=None):
        if exchanges_of_span(visitor.partnership, audit.first_day, audit.last_day).filter(pk=exchange.pk).exists():
            audit.exchanges.add(exchange)
    exchange.commitment = _first_text(exchange, situation)
    exchange.save(update_fields=["commitment"])
    if exchange.is_funded:
        engine.establish(FinancialAgreement(exchange=exchange), at=situation.at)


def _first_text(exchange: Exchange, situation: Situation) -> Commitment:
    visitor, host = exchange.visitor_participation, exchange.host_participation
    scheme = rules_of_case(exchange, None, situation.at)
    language = _shared_language(visitor.working_languages, host.working_languages)
    clauses = {clause.code: clause.text for clause in clauses_of(scheme, "commitment_to_quality", language)}
    commitment = Commitment(
        exchange=exchange,
        language=language,
        working_language=language,
        place=", ".join(part for part in (host.organisation.street, host.organisation.city) if part)
        if is_physical(exchange)
        else "",
        distance_km=distance_between(visitor.organisation, host.organisation) if is_physical(exchange) else None,
        first_day=exchange.proposal.first_day,
        last_day=exchange.proposal.last_day,
        objectives_visitor=visitor.learn or visitor.motivation,
        objectives_host=host.learn or host.motivation,
        description=host.offer,
        purposes=_shared(visitor.purposes, host.purposes),
        activities=_shared(visitor.activities, host.activities),
        responsibilities={str(party): clauses.get(code, "") for party, code in RESPONSIBILITY_CLAUSES.items()},
        confidentiality=clauses.get("confidentiality", ""),
        insurance=clauses.get("insurance", ""),
        outcomes=[],
        last_edited_at=situation.at,
    )
    if exchange.programme is not None:
        for column, value in text_of_programme(exchange.programme).items():
            setattr(commitment, column, value)
    refresh_text(commitment, scheme)
    engine.establish(commitment, at=situation.at)
    keep_text(commitment, situation)
    return commitment


def _shared(own: list[str], other: list[str]) -> list[str]:
    return [code for code in own if code in other] or list(own)


def _shared_language(own: list[str], other: list[str]) -> str:
    shared = [code for code in own if code in other]
    if PREFERRED_LANGUAGE in shared or not shared:
        return PREFERRED_LANGUAGE
    return shared[0]


@follows("commitment", CommitmentState.CHANGES_REQUESTED)
@follows("commitment", CommitmentState.DRAFTING)
def take_change_of_group_over(situation: Situation) -> None:
    """Bring a text that is written again to the days and agenda that its group was given meanwhile."""
    seat = situation.subject.exchange.proposal
    if seat.waits_for_change:
        values = text_of_programme(seat.programme)
        write_part(replace(situation, actor=SYSTEM, capacity=SYS, inputs={"values": values}))
        matching.note_whether_change_waits(seat, waits=False)


@follows("commitment", CommitmentState.VALIDATED)
def open_the_signing(situation: Situation) -> None:
    """Open the signing as soon as the text is frozen and its file is there."""
    operations.open_signing(situation.subject, actor=SYSTEM, at=situation.at)


@follows("commitment", CommitmentState.SIGNED)
def let_the_text_hold(situation: Situation) -> None:
    """Let the signed version hold: the one before is replaced, and an exchange in preparation is agreed."""
    commitment: Commitment = situation.subject
    exchange = Exchange.objects.get(pk=commitment.exchange_id)
    exchange.commitment = commitment
    exchange.save(update_fields=["commitment"])
    for earlier in exchange.commitments.filter(state=CommitmentState.SIGNED).exclude(pk=commitment.pk):
        supersede_commitment(earlier, situation)
    if exchange.state == ExchangeState.PREPARING:
        operations.agree_exchange(exchange, actor=SYSTEM, at=situation.at)


@follows("exchange", ExchangeState.AGREED)
def get_ready_at_once(situation: Situation) -> None:
    """Let an exchange be ready where no money has to be agreed any more."""
    exchange: Exchange = situation.subject
    if not exchange.is_funded or signed_agreement(exchange) is not None:
        operations.make_exchange_ready(exchange, actor=SYSTEM, at=situation.at)


@follows("financial_agreement", FinancialAgreementState.SIGNED)
def let_the_agreement_hold(situation: Situation) -> None:
    """Let the signed agreement hold: the one before is replaced, and an agreed exchange is ready."""
    agreement: FinancialAgreement = situation.subject
    exchange = Exchange.objects.get(pk=agreement.exchange_id)
    for earlier in exchange.financial_agreements.filter(state=FinancialAgreementState.SIGNED).exclude(pk=agreement.pk):
        operations.supersede_agreement(earlier, actor=SYSTEM, at=situation.at)
    if exchange.state == ExchangeState.AGREED:
        operations.make_exchange_ready(exchange, actor=SYSTEM, at=situation.at)
