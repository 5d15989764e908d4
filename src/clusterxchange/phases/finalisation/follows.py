"""What happens by itself once something has come to a state."""

from datetime import datetime

from clusterxchange.foundation.scanner import follows_verdicts
from clusterxchange.phases.exchange_building.models import ExchangeState
from clusterxchange.phases.finalisation import effects, operations
from clusterxchange.phases.finalisation.models import ActivityReportState, EvidenceState, PaymentState
from clusterxchange.workflow.registry import follows
from clusterxchange.workflow.tables import Situation


@follows("exchange", ExchangeState.ENDED)
def ask_for_reports_and_evidence(situation: Situation) -> None:
    """Ask both sides for their report, the visitor for evidence, and open the payment."""
    operations.open_finalisation(situation.subject, at=situation.at)


@follows("exchange", ExchangeState.CLOSED)
def certify_participation(situation: Situation) -> None:
    """Give both sides their certificate of participation."""
    effects.have_certificates_made(situation)


@follows("activity_report", ActivityReportState.VALIDATED)
@follows("activity_report", ActivityReportState.WAIVED)
def go_on_after_a_report(situation: Situation) -> None:
    """Make the payment due once all is shown; close the exchange once all is settled."""
    operations.settle_payment(situation.subject.exchange, at=situation.at)
    operations.close_if_settled(situation.subject.exchange, at=situation.at)


@follows("evidence", EvidenceState.ACCEPTED)
@follows("evidence", EvidenceState.WAIVED)
def go_on_after_evidence(situation: Situation) -> None:
    """Make the payment due once all is shown."""
    operations.settle_payment(situation.subject.exchange, at=situation.at)


@follows_verdicts
def go_on_after_a_verdict(at: datetime) -> None:
    """Let evidence through that the scanner has cleared, or ask for it again."""
    operations.follow_verdicts(at)


@follows("payment", PaymentState.CONFIRMED)
@follows("payment", PaymentState.WAIVED)
def go_on_after_the_payment(situation: Situation) -> None:
    """Close the exchange once all is settled."""
    operations.close_if_settled(situation.subject.exchange, at=situation.at)
