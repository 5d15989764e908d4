"""An announcement as the journal and the permission table know it. Nothing moves it but its own days."""

from collections.abc import Mapping
from datetime import datetime

from clusterxchange.journeys.models import Announcement
from clusterxchange.scheme.current import open_edition, scheme_for
from clusterxchange.scheme.document import Scheme
from clusterxchange.scheme.editions import DEFAULT_EDITION
from clusterxchange.workflow.registry import register
from clusterxchange.workflow.tables import Machine


def _scheme(announcement: Announcement, at: datetime) -> Scheme:
    del announcement
    edition = open_edition(at)
    return scheme_for(edition.code if edition is not None else DEFAULT_EDITION, at)


def _describe(announcement: Announcement) -> Mapping[str, str]:
    return {"announcement": announcement.text_en}


ANNOUNCEMENT = register(
    Machine(
        name="announcement",
        model=Announcement,
        states=("PUBLISHED", "WITHDRAWN"),
        rows=(),
        scheme_of=_scheme,
        describe=_describe,
        address=lambda announcement: "/support/announcements/",  # noqa: ARG005 -- there is one page for all
    )
)
