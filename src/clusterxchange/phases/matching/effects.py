"""What a step writes besides the state (matching)."""

from clusterxchange.workflow.tables import Situation


def claim_visit(situation: Situation) -> None:
    raise NotImplementedError


def close_other_proposals(situation: Situation) -> None:
    raise NotImplementedError


def count_unanswered(situation: Situation) -> None:
    raise NotImplementedError


def disclose_people(situation: Situation) -> None:
    raise NotImplementedError


def keep_decline_reason(situation: Situation) -> None:
    raise NotImplementedError


def mail_invitation(situation: Situation) -> None:
    raise NotImplementedError
