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
    },
    states={},
    kinds={},
    refusals={
        "read_only": _("You see the tool as somebody else does. Nothing can be done or opened in their name."),
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
        "merge_is_undone": _("This merge was undone already."),
        "merge_is_final": _("This merge could be undone until %(day)s. Now it stays."),
        "changed_since_merge": _("Something has changed since: %(references)s. The merge can no longer be undone."),
    },
)
