"""What a step writes besides the state (finalisation)."""

from clusterxchange.workflow.tables import Situation


def compute_amount_due(situation: Situation) -> None:
    raise NotImplementedError


def keep_file(situation: Situation) -> None:
    raise NotImplementedError


def keep_new_bank_details(situation: Situation) -> None:
    raise NotImplementedError


def keep_questions(situation: Situation) -> None:
    raise NotImplementedError


def keep_reason(situation: Situation) -> None:
    raise NotImplementedError


def keep_report(situation: Situation) -> None:
    raise NotImplementedError


def keep_waiving(situation: Situation) -> None:
    raise NotImplementedError


def note_decision(situation: Situation) -> None:
    raise NotImplementedError


def note_order(situation: Situation) -> None:
    raise NotImplementedError


def note_paid(situation: Situation) -> None:
    raise NotImplementedError


def note_receipt(situation: Situation) -> None:
    raise NotImplementedError


def note_release(situation: Situation) -> None:
    raise NotImplementedError


def note_return(situation: Situation) -> None:
    raise NotImplementedError


def note_validation(situation: Situation) -> None:
    raise NotImplementedError


def put_into_batch(situation: Situation) -> None:
    raise NotImplementedError
