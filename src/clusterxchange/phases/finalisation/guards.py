"""What must be true before a step (finalisation)."""

from clusterxchange.workflow.tables import Refusal, Situation


def account_is_valid(situation: Situation) -> Refusal | None:
    raise NotImplementedError


def evidence_has_been_settled(situation: Situation) -> Refusal | None:
    raise NotImplementedError


def evidence_is_settled(situation: Situation) -> Refusal | None:
    raise NotImplementedError


def file_is_given(situation: Situation) -> Refusal | None:
    raise NotImplementedError


def is_not_in_a_batch(situation: Situation) -> Refusal | None:
    raise NotImplementedError


def proof_is_given(situation: Situation) -> Refusal | None:
    raise NotImplementedError


def questions_are_given(situation: Situation) -> Refusal | None:
    raise NotImplementedError


def reason_is_given(situation: Situation) -> Refusal | None:
    raise NotImplementedError


def report_has_been_validated(situation: Situation) -> Refusal | None:
    raise NotImplementedError


def report_is_complete(situation: Situation) -> Refusal | None:
    raise NotImplementedError


def report_is_validated(situation: Situation) -> Refusal | None:
    raise NotImplementedError


def travel_evidence_is_there(situation: Situation) -> Refusal | None:
    raise NotImplementedError
