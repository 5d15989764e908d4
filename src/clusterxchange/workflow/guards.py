"""What lives of every phase ask for alike before a step is taken."""

from clusterxchange.workflow.tables import Refusal, Situation


def reason_is_given(situation: Situation) -> Refusal | None:
    """Ask for a reason in words."""
    return None if str(situation.inputs.get("reason") or "").strip() else Refusal("reason_missing", field="reason")
