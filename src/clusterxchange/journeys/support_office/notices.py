"""The sentences about what the support office does beside cases."""

from django.utils.translation import gettext_lazy as _

from clusterxchange.access.actions import Action
from clusterxchange.workflow import sentences
from clusterxchange.workflow.sentences import ActionSentences

sentences.say(
    actions={
        Action.VIEW_AS: ActionSentences(
            button=_("See the tool as this person does"),
            happened=_("The support office looked at the tool as a person does."),
        ),
        Action.MERGE_ORGANISATION: ActionSentences(
            button=_("Merge the two entries"),
            happened=_("The support office made one entry of two that %(organisation)s had."),
        ),
        Action.UNDO_MERGE: ActionSentences(
            button=_("Undo the merge"),
            happened=_("The support office made two entries of %(organisation)s again."),
        ),
        Action.ADMIT_PARTNERSHIP: ActionSentences(
            button=_("Admit the partnership"), happened=_("The support office let %(partnership)s join the scheme.")
        ),
        Action.SUSPEND_PARTNERSHIP: ActionSentences(
            button=_("Suspend the partnership"), happened=_("The support office suspended %(partnership)s.")
        ),
        Action.RESUME_PARTNERSHIP: ActionSentences(
            button=_("End the suspension"), happened=_("The support office ended the suspension of %(partnership)s.")
        ),
        Action.END_PARTNERSHIP: ActionSentences(
            button=_("Let the partnership leave"),
            happened=_("%(partnership)s has left the scheme. What was open went to another partnership."),
        ),
        Action.REASSIGN_CASE: ActionSentences(
            button=_("Give it to another partnership"),
            happened=_("The support office gave %(reference)s to another partnership."),
        ),
        Action.PUBLISH_ANNOUNCEMENT: ActionSentences(
            button=_("Announce it"), happened=_("The support office announced: %(announcement)s")
        ),
        Action.WITHDRAW_ANNOUNCEMENT: ActionSentences(
            button=_("Take it off the desks"), happened=_("The support office took an announcement off the desks.")
        ),
    },
    states={("announcement", "PUBLISHED"): _("Published"), ("announcement", "WITHDRAWN"): _("Withdrawn")},
    kinds={"announcement": _("Announcement")},
    refusals={
        "read_only": _("You see the tool as somebody else does. Nothing can be done or opened in their name."),
        "acts_for_nobody": _(
            "This person acts for no organisation and no partnership now. There is nothing to see in their place."
        ),
        "same_entry": _("These are not two different entries. Choose two that stand in the list."),
        "both_have_visited": _(
            "Both entries have a visit that is claimed or used: %(first)s and %(second)s. Suspend one of them instead."
        ),
        "both_hold_role": _(
            "Both entries take part in the same role: %(first)s and %(second)s. One of them has to be withdrawn first."
        ),
        "both_registering": _(
            "Both entries have an open registration: %(first)s and %(second)s. Withdraw or decide one of them first."
        ),
        "stands_between_them": _(
            "%(reference)s stands between the two entries, and one organisation cannot be on both sides."
        ),
        "countries_differ": _(
            "The entries are in different countries. Establishments in two countries stay two entries."
        ),
        "both_have_invited": _("Both entries have invited %(email)s. One invitation has to be taken back first."),
        "join_request_waits": _("%(reference)s asks to join one of the two and waits for its answer. Answer it first."),
        "acronym_taken": _("A partnership of this edition is called %(acronym)s already. Write another acronym."),
        "text_waits_for_signatures": _(
            "A text of %(reference)s names the partnership and waits for signatures. It is signed or declined first."
        ),
        "payment_is_on_its_way": _(
            "The payment of %(reference)s is ordered or with the bank. Wait until it has arrived or come back."
        ),
        "no_free_budget_there": _(
            "%(partnership)s has less free money than is reserved and committed. Its budget has to be raised first."
        ),
        "announcement_ends_before": _("The last day comes before the first one. Write a later last day."),
        "announcement_is_over": _("The last day is over, so nobody would read it. Write a day from today on."),
        "merge_is_undone": _("This merge was undone already."),
        "merge_is_final": _("This merge could be undone until %(day)s. Now it stays."),
        "changed_since_merge": _("Something has changed since: %(references)s. The merge can no longer be undone."),
    },
)
