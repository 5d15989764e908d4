"""What a step writes besides the state (exchange building)."""

from clusterxchange.workflow.tables import Situation


def begin_amendment(situation: Situation) -> None:
    raise NotImplementedError


def begin_next_version(situation: Situation) -> None:
    raise NotImplementedError


def cancel_agreements(situation: Situation) -> None:
    raise NotImplementedError


def commit_budget(situation: Situation) -> None:
    raise NotImplementedError


def compute_amount(situation: Situation) -> None:
    raise NotImplementedError


def count_exchange(situation: Situation) -> None:
    raise NotImplementedError


def free_budget(situation: Situation) -> None:
    raise NotImplementedError


def free_budget_of_agreement(situation: Situation) -> None:
    raise NotImplementedError


def free_visit(situation: Situation) -> None:
    raise NotImplementedError


def freeze_agreement(situation: Situation) -> None:
    raise NotImplementedError


def freeze_text(situation: Situation) -> None:
    raise NotImplementedError


def keep_bank_details(situation: Situation) -> None:
    raise NotImplementedError


def keep_changes_reason(situation: Situation) -> None:
    raise NotImplementedError


def keep_hint_answers(situation: Situation) -> None:
    raise NotImplementedError


def keep_reason(situation: Situation) -> None:
    raise NotImplementedError


def note_end(situation: Situation) -> None:
    raise NotImplementedError


def note_no_show(situation: Situation) -> None:
    raise NotImplementedError


def note_signed(situation: Situation) -> None:
    raise NotImplementedError


def note_start(situation: Situation) -> None:
    raise NotImplementedError


def note_submission(situation: Situation) -> None:
    raise NotImplementedError


def print_agreement_signatures(situation: Situation) -> None:
    raise NotImplementedError


def print_signatures(situation: Situation) -> None:
    raise NotImplementedError


def reopen_agreement(situation: Situation) -> None:
    raise NotImplementedError


def reserve_budget(situation: Situation) -> None:
    raise NotImplementedError


def write_part(situation: Situation) -> None:
    raise NotImplementedError
