"""What must be true before a step (matching)."""

from clusterxchange.workflow.tables import Refusal, Situation


def decline_reason_is_listed(situation: Situation) -> Refusal | None:
    raise NotImplementedError


def message_is_written(situation: Situation) -> Refusal | None:
    raise NotImplementedError


def no_hard_condition_is_broken(situation: Situation) -> Refusal | None:
    raise NotImplementedError


def open_proposals_are_few(situation: Situation) -> Refusal | None:
    raise NotImplementedError


def partner_is_available(situation: Situation) -> Refusal | None:
    raise NotImplementedError


def partner_is_not_registered(situation: Situation) -> Refusal | None:
    raise NotImplementedError


def place_is_free(situation: Situation) -> Refusal | None:
    raise NotImplementedError


def same_partner_was_not_asked_lately(situation: Situation) -> Refusal | None:
    raise NotImplementedError


def visit_is_free(situation: Situation) -> Refusal | None:
    raise NotImplementedError
