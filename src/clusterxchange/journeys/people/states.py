"""The lives of an invitation and of a request to join an organisation; an organisation itself has none."""

from clusterxchange.access.actions import Action as A
from clusterxchange.access.capacities import SO, VP, Capacity, V
from clusterxchange.journeys.people import effects, guards
from clusterxchange.journeys.people.models import Invitation, InvitationState, JoinRequest, JoinRequestState
from clusterxchange.parties.organisations.models import Organisation
from clusterxchange.scheme.current import scheme_where_no_edition_is_named
from clusterxchange.workflow.guards import reason_is_given
from clusterxchange.workflow.registry import register
from clusterxchange.workflow.tables import Machine, Row, Timed, row

I, J = InvitationState, JoinRequestState  # noqa: E741 -- as in the other lives


def _describe_invitation(invitation: Invitation) -> dict[str, str]:
    name = invitation.organisation.legal_name
    return {
        "reference": invitation.reference or "",
        "organisation": name,
        "name_V": name,
        "name_H": str(invitation.account or invitation.email),
        "email": invitation.email,
    }


def _describe_request(request: JoinRequest) -> dict[str, str]:
    name = request.organisation.legal_name
    return {
        "reference": request.reference or "",
        "organisation": name,
        "person": str(request.account),
        "name_V": name,
        "name_H": str(request.account),
        "name_VP": request.partnership.acronym if request.partnership else "",
    }


def _describe_organisation(organisation: Organisation) -> dict[str, str]:
    name = organisation.legal_name
    return {"reference": organisation.reference, "organisation": name, "name_V": name}


def _who_answers(request: JoinRequest, line: Row, capacities: frozenset[Capacity]) -> frozenset[Capacity]:
    del line
    # Where no partnership looks after the organisation, the support office answers.
    if request.partnership_id is None and VP in capacities:
        return capacities - {VP} | {SO}
    return capacities


ORGANISATION = register(
    Machine(
        name="organisation",
        model=Organisation,
        states=(),
        scheme_of=scheme_where_no_edition_is_named,
        describe=_describe_organisation,
        address=lambda organisation: f"/organisations/{organisation.reference}/",
        rows=(),
    )
)

INVITATION = register(
    Machine(
        name="invitation",
        model=Invitation,
        states=tuple(I.values),
        scheme_of=scheme_where_no_edition_is_named,
        describe=_describe_invitation,
        related=("organisation", "account"),
        address=lambda invitation: f"/organisations/{invitation.organisation.reference}/",
        rows=(
            row(
                A.INVITE_PERSON,
                None,
                I.INVITED,
                only_if=(guards.few_are_invited, guards.address_is_new, guards.address_is_not_invited),
            ),
            row(
                A.ACCEPT_INVITATION,
                I.INVITED,
                I.JOINED,
                only_if=(guards.invitation_still_holds, guards.address_is_theirs),
                writes=(effects.begin_place,),
                tells={V},
            ),
            row(A.DECLINE_INVITATION, I.INVITED, I.DECLINED, only_if=(guards.address_is_theirs,), tells={V}),
            row(A.TAKE_INVITATION_BACK, I.INVITED, I.TAKEN_BACK),
            row(A.EXPIRE_INVITATION, I.INVITED, I.EXPIRED, terms=(Timed("", "expires_at"),), tells={V}),
        ),
    )
)

JOIN_REQUEST = register(
    Machine(
        name="join_request",
        model=JoinRequest,
        states=tuple(J.values),
        scheme_of=scheme_where_no_edition_is_named,
        describe=_describe_request,
        related=("organisation", "account", "partnership"),
        address=lambda request: f"/organisations/join-requests/{request.reference}/",
        asked_capacities=_who_answers,
        rows=(
            row(A.ASK_TO_JOIN, None, J.ASKED, only_if=(guards.few_are_asked,)),
            row(
                A.CONFIRM_JOIN_REQUEST,
                J.ASKED,
                J.CONFIRMED,
                asks={V},
                narrowed_to={V},
                writes=(effects.begin_place_of_who_asked,),
                tells={V},
            ),
            row(
                A.DECLINE_JOIN_REQUEST,
                J.ASKED,
                J.DECLINED,
                narrowed_to={V},
                answers=(reason_is_given,),
                writes=(effects.keep_reason,),
                tells={V},
            ),
            row(A.TAKE_JOIN_REQUEST_BACK, {J.ASKED, J.HANDED_ON}, J.TAKEN_BACK),
            row(A.HAND_JOIN_REQUEST_ON, J.ASKED, J.HANDED_ON, terms=(Timed("", "handed_on_at"),), tells={V}),
            row(
                A.CONFIRM_JOIN_REQUEST,
                J.HANDED_ON,
                J.CONFIRMED,
                asks={VP},
                writes=(effects.begin_place_of_who_asked,),
                tells={V, VP},
            ),
            row(
                A.DECLINE_JOIN_REQUEST,
                J.HANDED_ON,
                J.DECLINED,
                answers=(reason_is_given,),
                writes=(effects.keep_reason,),
                tells={V, VP},
            ),
        ),
    )
)
