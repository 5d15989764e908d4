"""What a step writes besides the state (registration)."""

from clusterxchange.workflow.tables import Situation


def approve_exception(situation: Situation) -> None:
    raise NotImplementedError


def choose_partnership(situation: Situation) -> None:
    raise NotImplementedError


def keep_answers(situation: Situation) -> None:
    raise NotImplementedError


def keep_checklist(situation: Situation) -> None:
    raise NotImplementedError


def keep_decision(situation: Situation) -> None:
    raise NotImplementedError


def keep_objection(situation: Situation) -> None:
    raise NotImplementedError


def keep_questions(situation: Situation) -> None:
    raise NotImplementedError


def keep_reason(situation: Situation) -> None:
    raise NotImplementedError


def keep_refusal(situation: Situation) -> None:
    raise NotImplementedError


def keep_suspension(situation: Situation) -> None:
    raise NotImplementedError


def leave_partnership(situation: Situation) -> None:
    raise NotImplementedError


def make_participations(situation: Situation) -> None:
    raise NotImplementedError


def move_participation(situation: Situation) -> None:
    raise NotImplementedError


def move_to_partnership(situation: Situation) -> None:
    raise NotImplementedError


def note_activity(situation: Situation) -> None:
    raise NotImplementedError


def note_agency_asked(situation: Situation) -> None:
    raise NotImplementedError


def note_objection_upheld(situation: Situation) -> None:
    raise NotImplementedError


def note_opening(situation: Situation) -> None:
    raise NotImplementedError


def note_submission(situation: Situation) -> None:
    raise NotImplementedError


def refuse_exception(situation: Situation) -> None:
    raise NotImplementedError
