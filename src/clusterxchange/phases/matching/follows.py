"""What happens here when an earlier phase has come to a state."""

from clusterxchange.phases.matching import operations
from clusterxchange.workflow.registry import follows
from clusterxchange.workflow.tables import Situation


@follows("application", "ACCEPTED")
def open_invitations(situation: Situation) -> None:
    """Make proposals of the invitations that waited for this organisation."""
    application = situation.subject
    accounts = application.organisation.representatives.filter(ended_at=None).values_list("account__email", flat=True)
    operations.open_invitations_of(
        application.participations.select_related("organisation"), list(accounts), at=situation.at
    )
