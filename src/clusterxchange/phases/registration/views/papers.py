"""What people have handed in with their registration, given to whoever may open it."""

from django.http import Http404, HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from clusterxchange.access.actions import Action
from clusterxchange.foundation import clock, files
from clusterxchange.foundation.models import StoredFile
from clusterxchange.phases.registration import operations, queries
from clusterxchange.phases.registration.models import Application, Participation
from clusterxchange.workflow import pages
from clusterxchange.workflow.cases import Section
from clusterxchange.workflow.engine import NotDone
from clusterxchange.workflow.pages import CasePage, actor_of
from clusterxchange.workflow.tables import Refusal

State = StoredFile.State
FILE_BADGES = {State.CLEAN: "done", State.QUARANTINED: "half", State.REJECTED: "no"}


def row_of(file: StoredFile, address: str) -> dict[str, str]:
    """Show a file to somebody who may open it, with what the scanner has said of it."""
    state = State(file.state)
    labels = {State.CLEAN: "", State.QUARANTINED: _("Being checked"), State.REJECTED: _("Refused")}
    notes = {
        State.CLEAN: _("Each opening is recorded")
        if file.scanned_at
        else _("Each opening is recorded. Not checked for viruses"),
        State.QUARANTINED: _("The scanner is not ready: it opens as soon as that has said that it is clean"),
        State.REJECTED: _("The scanner has found something harmful: it stays closed"),
    }
    return {
        "name": file.name,
        "url": address if file.may_be_opened else "",
        "note": notes[state],
        "state": FILE_BADGES[state],
        "state_label": labels[state],
    }


def openings(application: Application) -> list[Section]:
    """Tell the owner who else opened their curriculum vitae, and when; the newest first."""
    rows = [
        (f"{date_format(timezone.localtime(one.at), _('j E Y, H:i'))}", one.who)
        for one in queries.openings_of_curriculum_vitae(application)
    ]
    if application.representative.curriculum_vitae_id is None and not rows:
        return []
    return [Section(_("Who opened your curriculum vitae"), rows or [(_("Until now"), _("Nobody but you"))])]


def hand_out(
    request: HttpRequest,
    page: CasePage,
    subject: Application | Participation,
    file: StoredFile | None,
    *,
    inside: bool = False,
) -> HttpResponse:
    """Hand out a file and note it in the journal; whoever may not open it gets the page with the reason.

    `inside` gives it to be looked at beside the checklist, instead of to be saved.
    """
    if file is None:
        raise Http404
    if not file.may_be_opened:
        waiting = NotDone(Refusal(file.reason_against_opening))
        return pages.refuse(request, page, subject, Action.OPEN_CURRICULUM_VITAE, waiting)
    try:
        operations.open_curriculum_vitae(subject, actor=actor_of(request), at=clock.now())
    except NotDone as reason:
        return pages.refuse(request, page, subject, Action.OPEN_CURRICULUM_VITAE, reason)
    return files.show_inside(file) if inside else files.hand_out(file)
