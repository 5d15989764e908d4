"""The sentences about changes in the offices."""

from django.utils.translation import gettext_lazy as _

from clusterxchange.access.actions import Action
from clusterxchange.journeys.offices.models import OfficeChangeState
from clusterxchange.workflow import sentences
from clusterxchange.workflow.sentences import ActionSentences

sentences.say(
    actions={
        Action.PROPOSE_APPOINTMENT: ActionSentences(
            button=_("Propose this person"),
            happened=_("Proposed: %(change)s."),
            hint=_("A second person of the support office confirms it. Nothing changes before."),
        ),
        Action.PROPOSE_REMOVAL: ActionSentences(
            button=_("Propose the end of this role"), happened=_("Proposed: %(change)s.")
        ),
        Action.APPOINT_PERSON: ActionSentences(
            button=_("Appoint this person"), happened=_("Appointed by whoever runs the server: %(change)s.")
        ),
        Action.CONFIRM_OFFICE_CHANGE: ActionSentences(
            button=_("Confirm it"),
            happened=_("Confirmed: %(change)s."),
            asked=_("Decide on a change in the offices: %(change)s"),
            waiting=_("A second person of the support office decides: %(change)s"),
            hint=_("It holds at once, and the person is told by mail."),
        ),
        Action.DECLINE_OFFICE_CHANGE: ActionSentences(button=_("Decline it"), happened=_("Declined: %(change)s.")),
        Action.WITHDRAW_OFFICE_CHANGE: ActionSentences(button=_("Withdraw it"), happened=_("Withdrawn: %(change)s.")),
    },
    states={("office_change", state.value): state.label for state in OfficeChangeState},
    kinds={"office_change": _("Change in an office")},
    words={
        "joins_support_office": _("%(person)s joins the support office"),
        "leaves_support_office": _("%(person)s leaves the support office"),
        "joins_agency": _("%(person)s joins the agency"),
        "leaves_agency": _("%(person)s leaves the agency"),
    },
    refusals={
        "nobody_has_address": _(
            "Nobody has an account with this address. The person opens one and confirms the address first."
        ),
        "address_not_confirmed": _(
            "The person has not confirmed this address yet. They follow the link in their mail first."
        ),
        "office_change_waits": _("A change for %(person)s waits for a second person already. It is decided first."),
        "holds_a_role_already": _("%(person)s has a role in an office already, and nobody has two."),
        "holds_no_such_role": _("%(person)s does not have this role any more."),
        "account_is_closed": _("The account was closed meanwhile. Decline the proposal."),
        "last_of_support_office": _(
            "Nobody would be left in the support office. Somebody else has to come into it first."
        ),
        "same_person_proposed": _("Whoever proposed it cannot confirm it. Somebody else of the office decides."),
        "own_office": _("Nobody proposes or declines the end of their own role. Somebody else of the office does."),
    },
)
