"""The sentences about what a partnership's people do with its data, and about questions from outside."""

from django.utils.translation import gettext_lazy as _

from clusterxchange.access.actions import Action
from clusterxchange.workflow import sentences
from clusterxchange.workflow.sentences import ActionSentences

sentences.say(
    actions={
        Action.EDIT_PARTNERSHIP: ActionSentences(
            button=_("Save the profile"), happened=_("%(party)s changed the profile of %(partnership)s.")
        ),
        Action.CHANGE_BUDGET: ActionSentences(
            button=_("Save the budget"), happened=_("%(party)s changed the budget of %(partnership)s.")
        ),
        Action.OPEN_PARTNERSHIP: ActionSentences(
            button=_("Take registrations again"), happened=_("%(partnership)s takes registrations again.")
        ),
        Action.CLOSE_PARTNERSHIP: ActionSentences(
            button=_("Take no more registrations"), happened=_("%(partnership)s takes no more registrations.")
        ),
        Action.INVITE_OFFICER: ActionSentences(
            button=_("Invite by mail"), happened=_("%(party)s invited a person to %(partnership)s.")
        ),
        Action.JOIN_PARTNERSHIP: ActionSentences(
            button=_("Accept the invitation"), happened=_("%(party)s joined %(partnership)s.")
        ),
        Action.END_OFFICE: ActionSentences(
            button=_("End the role"), happened=_("%(party)s ended a person’s role in %(partnership)s.")
        ),
        Action.LEAVE_OFFICE: ActionSentences(
            button=_("Give up the role"), happened=_("%(party)s gave up a role in %(partnership)s.")
        ),
        Action.APPOINT_COORDINATOR: ActionSentences(
            button=_("Invite as a coordinator"),
            happened=_("The support office invited a coordinator of %(partnership)s."),
        ),
        Action.ASK_PARTNERSHIP: ActionSentences(
            button=_("Send the question"), happened=_("A question to %(partnership)s from %(name)s")
        ),
        Action.EDIT_MAIL: ActionSentences(
            button=_("Keep it so"), happened=_("%(party)s changed a mail before it went out for %(partnership)s.")
        ),
        Action.ANSWER_QUESTION: ActionSentences(
            button=_("Mark as answered"), happened=_("%(party)s answered a question to %(partnership)s.")
        ),
    },
    states={
        ("partnership", "OPEN"): _("Takes registrations"),
        ("partnership", "CLOSED"): _("Takes no registrations"),
        ("partnership", "SUSPENDED"): _("Suspended"),
        ("partnership", "ENDED"): _("Has left the scheme"),
    },
    kinds={"partnership": _("Partnership")},
    refusals={
        "partnership_is_suspended": _(
            "The support office has suspended this partnership. It opens again once the suspension has ended."
        ),
        "partnership_has_left": _("This partnership has left the scheme and takes no registrations."),
        "last_coordinator": _("A partnership needs a coordinator. Invite another one first, then end this role."),
        "budget_below_used": _("%(used)s of the budget is reserved, committed or paid. Plan at least as much."),
        "already_invited": _("This person has an open invitation. Withdraw it first, then invite again."),
        "role_held_already": _("This person holds the role already. Choose another role or another person."),
        "invitation_not_yours": _("This invitation went to another e-mail address. Sign in with that one."),
    },
)
