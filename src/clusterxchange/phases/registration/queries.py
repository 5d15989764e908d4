"""What is read of applications and participations."""

from datetime import datetime

from clusterxchange.scheme.current import scheme_for
from clusterxchange.scheme.document import Scheme
from clusterxchange.scheme.models import Edition


def scheme_of_edition(edition_id: int, at: datetime) -> Scheme:
    """Give the rules of an edition that are in force at a moment."""
    return scheme_for(Edition.objects.values_list("code", flat=True).get(pk=edition_id), at)
