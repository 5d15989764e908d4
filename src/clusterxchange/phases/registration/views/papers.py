"""What people have handed in with their registration, given to whoever may open it."""

from django.http import Http404, HttpRequest, HttpResponse

from clusterxchange.access.actions import Action
from clusterxchange.foundation import clock, files
from clusterxchange.foundation.models import StoredFile
from clusterxchange.phases.registration import operations
from clusterxchange.phases.registration.models import Application, Participation
from clusterxchange.workflow import pages
from clusterxchange.workflow.engine import NotDone
from clusterxchange.workflow.pages import CasePage, actor_of
from clusterxchange.workflow.tables import Refusal


def hand_out(
    request: HttpRequest, page: CasePage, subject: Application | Participation, file: StoredFile | None
) -> HttpResponse:
    """Hand out a file and note it in the journal; whoever may not open it gets the page with the reason."""
    if file is None:
        raise Http404
    if not file.may_be_opened:
        waiting = NotDone(Refusal(file.reason_against_opening))
        return pages.refuse(request, page, subject, Action.OPEN_CURRICULUM_VITAE, waiting)
    try:
        operations.open_curriculum_vitae(subject, actor=actor_of(request), at=clock.now())
    except NotDone as reason:
        return pages.refuse(request, page, subject, Action.OPEN_CURRICULUM_VITAE, reason)
    return files.hand_out(file)
