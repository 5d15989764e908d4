"""An announcement as the journal and the permission table know it. Nothing moves it but its own days."""

from collections.abc import Mapping

from clusterxchange.journeys.models import Announcement
from clusterxchange.scheme.current import scheme_where_no_edition_is_named
from clusterxchange.workflow.registry import register
from clusterxchange.workflow.tables import Machine


def _describe(announcement: Announcement) -> Mapping[str, str]:
    return {"announcement": announcement.text_en}


ANNOUNCEMENT = register(
    Machine(
        name="announcement",
        model=Announcement,
        states=("PUBLISHED", "WITHDRAWN"),
        rows=(),
        scheme_of=scheme_where_no_edition_is_named,
        describe=_describe,
        address=lambda announcement: "/support/announcements/",  # noqa: ARG005 -- there is one page for all
    )
)
