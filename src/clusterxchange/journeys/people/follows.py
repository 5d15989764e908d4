"""What happens by itself once the scanner has said something of a person's file."""

from datetime import datetime

from clusterxchange.foundation.scanner import follows_verdicts
from clusterxchange.journeys.people import operations


@follows_verdicts
def go_on_after_a_verdict(at: datetime) -> None:
    """Tell whoever handed in a harmful file that it does not count."""
    operations.set_harmful_files_aside(at)
