"""Batches and statements as the journal and the permission table know them. Nothing moves them: they are made once."""

from clusterxchange.phases.finalisation.models import BankStatement, PaymentBatch
from clusterxchange.scheme.current import scheme_of_edition
from clusterxchange.workflow.registry import register
from clusterxchange.workflow.tables import Machine

PAYMENT_BATCH = register(
    Machine(
        name="payment_batch",
        model=PaymentBatch,
        states=("OPEN", "MADE"),
        rows=(),
        scheme_of=lambda batch, at: scheme_of_edition(batch.partnership.edition_id, at),
        describe=lambda batch: {"partnership": batch.partnership.acronym, "batch": str(batch.number)},
        address=lambda batch: f"/payments/batches/{batch.pk}/",
    )
)
BANK_STATEMENT = register(
    Machine(
        name="bank_statement",
        model=BankStatement,
        states=("KEPT", "IMPORTED"),
        rows=(),
        scheme_of=lambda statement, at: scheme_of_edition(statement.partnership.edition_id, at),
        describe=lambda statement: {"partnership": statement.partnership.acronym, "statement": statement.name},
        address=lambda statement: f"/payments/statements/{statement.pk}/",
    )
)
