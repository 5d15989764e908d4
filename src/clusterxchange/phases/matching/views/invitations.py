"""The invitation of a partner who is not registered yet."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render

from clusterxchange.access.actions import Action
from clusterxchange.foundation import clock
from clusterxchange.phases.matching import operations, queries, states
from clusterxchange.phases.matching.engine.participant import PHYSICAL
from clusterxchange.phases.matching.forms import InvitePartner
from clusterxchange.phases.matching.views.catalogue import closed
from clusterxchange.phases.matching.views.proposals import say_what_happened
from clusterxchange.scheme.current import scheme_of_edition
from clusterxchange.workflow import pages, sentences
from clusterxchange.workflow.engine import NotDone
from clusterxchange.workflow.pages import UNPROCESSABLE, actor_of, signed_in
from clusterxchange.workflow.tables import Refusal


@signed_in
def invite(request: HttpRequest) -> HttpResponse:
    """Invite a partner with whom an exchange is agreed already and who is not registered yet."""
    at, actor = clock.now(), actor_of(request)
    sides = list(queries.own_accepted(actor))
    if not sides:
        return closed(request)
    scheme = scheme_of_edition(sides[0].edition_id, at)
    if request.method != "POST":
        application = sides[0].application
        initial = {"name": application.partner_name, "email": application.partner_email, "format": PHYSICAL}
        return _show_invitation(request, InvitePartner(sides=sides, scheme=scheme, initial=initial))
    form = InvitePartner(request.POST, sides=sides, scheme=scheme)
    if not form.is_valid():
        return _show_invitation(request, form, status=UNPROCESSABLE)
    answers = form.cleaned_data
    try:
        proposal = operations.invite_partner(
            sender=answers["side"],
            name=answers["name"],
            email=answers["email"],
            message=answers["message"],
            format=answers["format"],
            actor=actor,
            at=at,
        )
    except NotDone as reason:
        return _refuse_invitation(request, form, reason.refusal)
    say_what_happened(request, proposal, Action.INVITE_PARTNER, operations.side_of(answers["side"]))
    return redirect(states.PROPOSAL.address(proposal))


def _refuse_invitation(request: HttpRequest, form: InvitePartner, refusal: Refusal) -> HttpResponse:
    if pages.put_at_field(form, refusal):
        return _show_invitation(request, form, status=UNPROCESSABLE)
    status = pages.status_of_refusal(refusal)
    return _show_invitation(request, form, status=status, refused=refusal)


def _show_invitation(
    request: HttpRequest, form: InvitePartner, *, status: int = 200, refused: Refusal | None = None
) -> HttpResponse:
    context = {
        "form": form,
        "refusal": pages.refusal_context(Action.INVITE_PARTNER, refused) if refused else None,
        "label": str(sentences.ACTIONS[Action.INVITE_PARTNER].button),
    }
    return render(request, "matching/invite.html", context, status=status)
