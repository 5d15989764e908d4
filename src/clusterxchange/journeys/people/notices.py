"""Every sentence about the people of an organisation."""

from django.utils.translation import gettext_lazy as _

from clusterxchange.access.actions import Action as A
from clusterxchange.journeys.people.models import InvitationState, JoinRequestState
from clusterxchange.workflow.sentences import ActionSentences, say

ACTIONS = {
    A.EDIT_ORGANISATION: ActionSentences(
        button=_("Save the changes"),
        happened=_("%(party)s changed what it says of itself."),
    ),
    A.LEAVE_ORGANISATION: ActionSentences(
        button=_("Leave the organisation"),
        happened=_("A person left %(organisation)s and speaks for it no longer."),
    ),
    A.END_PLACE: ActionSentences(
        button=_("End the person’s place"),
        happened=_("%(party)s ended the place of a person who spoke for %(organisation)s."),
    ),
    A.HAND_OVER: ActionSentences(
        button=_("Hand over"),
        happened=_("Another person speaks for %(organisation)s from now."),
        hint=_("Registration, participation and exchanges go on as they are."),
    ),
    A.EDIT_PLACE: ActionSentences(
        button=_("Save the changes"),
        happened=_("A person of %(organisation)s changed what it says of itself."),
    ),
    A.SET_FILE_ASIDE: ActionSentences(
        button=_("Set the file aside"),
        happened=_(
            "The scanner has found something harmful in a personal file, so it does not count: choose another one."
        ),
    ),
    A.INVITE_PERSON: ActionSentences(
        button=_("Send the invitation"),
        happened=_("%(party)s asked %(email)s to speak for it."),
        hint=_("The mail holds a link for this address only. It holds for 14 days."),
    ),
    A.ACCEPT_INVITATION: ActionSentences(
        button=_("Speak for this organisation"),
        happened=_("%(party)s speaks for %(organisation)s from now."),
    ),
    A.DECLINE_INVITATION: ActionSentences(
        button=_("Decline the invitation"),
        happened=_("%(party)s does not want to speak for %(organisation)s."),
    ),
    A.TAKE_INVITATION_BACK: ActionSentences(
        button=_("Take the invitation back"),
        happened=_("%(party)s took the invitation of %(email)s back."),
    ),
    A.EXPIRE_INVITATION: ActionSentences(
        button=_("Let the invitation end"),
        happened=_("The invitation of %(email)s ended without an answer. You can invite this person again."),
    ),
    A.ASK_TO_JOIN: ActionSentences(
        button=_("Ask to join this organisation"),
        happened=_("%(person)s asked to speak for %(organisation)s."),
    ),
    A.CONFIRM_JOIN_REQUEST: ActionSentences(
        button=_("Confirm the person"),
        asked=_("Say whether %(person)s speaks for %(organisation)s"),
        waiting=_("%(party)s says whether %(person)s speaks for %(organisation)s"),
        happened=_("%(party)s confirmed that %(person)s speaks for %(organisation)s."),
    ),
    A.DECLINE_JOIN_REQUEST: ActionSentences(
        button=_("Decline the request"),
        happened=_("%(party)s declined that %(person)s speaks for %(organisation)s."),
    ),
    A.TAKE_JOIN_REQUEST_BACK: ActionSentences(
        button=_("Take the request back"),
        happened=_("%(person)s took back the request to speak for %(organisation)s."),
    ),
    A.HAND_JOIN_REQUEST_ON: ActionSentences(
        button=_("Hand the request on"),
        happened=_("The partnership may now answer %(person)s, who asked to speak for %(organisation)s."),
    ),
}

REFUSALS = {
    "person_is_here_already": _("Somebody with this address speaks for the organisation already."),
    "invited_already": _("This address is invited already: wait for the answer, or take the invitation back first."),
    "too_many_invitations": _("%(most)s invitations wait for an answer: take one of them back first."),
    "invitation_is_for_another_address": _(
        "This invitation is for %(email)s: sign in with that address, or confirm it as yours first."
    ),
    "invitation_expired": _("This invitation has ended: ask for a new one."),
    "join_asked_already": _("You have asked this organisation already: it answers by mail."),
    "too_many_join_requests": _("Two of your requests wait for an answer: ask again after one of them."),
    "last_person_with_open_case": _(
        "You are the last person here, and something goes on: invite somebody first, or withdraw what is open."
    ),
    "successor_missing": _("Choose who goes on with the registrations and exchanges."),
    "speaks_for_it_already": _("This person speaks for it already: choose another one."),
    "own_place": _("This is your own place: use “Leave the organisation”."),
    "place_has_ended": _("This person does not speak for the organisation any more."),
    "not_changed_here": _("This answer is changed by a new registration only."),
}

say(
    actions=ACTIONS,
    states={
        **{("invitation", state.value): state.label for state in InvitationState},
        **{("join_request", state.value): state.label for state in JoinRequestState},
    },
    kinds={
        "organisation": _("Organisation"),
        "invitation": _("Invitation"),
        "join_request": _("Request to join"),
    },
    refusals=REFUSALS,
)
