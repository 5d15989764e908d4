"""A partnership as the journal and the permission table know it. Nothing moves it: it says itself how it is."""

from collections.abc import Mapping
from datetime import datetime

from clusterxchange.parties.partnerships.models import Partnership
from clusterxchange.scheme.current import scheme_of_edition
from clusterxchange.scheme.document import Scheme
from clusterxchange.workflow.registry import register
from clusterxchange.workflow.tables import Machine


def address(partnership: Partnership) -> str:
    """Give where a partnership's own people keep its data."""
    return f"/partnerships/{partnership.slug}/own/"


def _scheme(partnership: Partnership, at: datetime) -> Scheme:
    return scheme_of_edition(partnership.edition_id, at)


def _describe(partnership: Partnership) -> Mapping[str, str]:
    return {"partnership": partnership.acronym}


PARTNERSHIP = register(
    Machine(
        name="partnership",
        model=Partnership,
        states=("OPEN", "CLOSED", "SUSPENDED", "ENDED"),
        rows=(),
        scheme_of=_scheme,
        describe=_describe,
        address=address,
    )
)
