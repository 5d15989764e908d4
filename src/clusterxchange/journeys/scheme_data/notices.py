"""The sentences about drafted versions of an edition's rules."""

from django.utils.translation import gettext_lazy as _

from clusterxchange.access.actions import Action
from clusterxchange.journeys.scheme_data.models import EditionDraftState
from clusterxchange.workflow import sentences
from clusterxchange.workflow.sentences import ActionSentences

sentences.say(
    actions={
        Action.START_VERSION: ActionSentences(
            button=_("Start a new version"), happened=_("A new version of the %(edition)s was begun.")
        ),
        Action.EDIT_VERSION: ActionSentences(
            button=_("Save this part"), happened=_("A part of the new version was changed.")
        ),
        Action.PROPOSE_VERSION: ActionSentences(
            button=_("Propose this version"),
            happened=_("The new version of the %(edition)s waits for a second person."),
            hint=_("Somebody else of the support office approves it. Nothing changes before the day that you choose."),
        ),
        Action.APPROVE_VERSION: ActionSentences(
            button=_("Approve this version"),
            happened=_("The new version of the %(edition)s is approved."),
            asked=_("Decide on a new version of the %(edition)s"),
            waiting=_("A second person of the support office decides on the new version"),
            hint=_("Look at what changes and who is touched. Signed texts keep their version."),
        ),
        Action.RETURN_VERSION: ActionSentences(
            button=_("Return it"), happened=_("The new version of the %(edition)s goes back to who wrote it.")
        ),
        Action.WITHDRAW_VERSION: ActionSentences(
            button=_("Withdraw it"), happened=_("The new version of the %(edition)s was withdrawn.")
        ),
    },
    states={("edition_draft", state.value): state.label for state in EditionDraftState},
    kinds={"edition_draft": _("Version of the scheme data")},
    refusals={
        "nothing_changed": _("Nothing is different from the version before. Change something first."),
        "another_version_approved": _("Another version was approved meanwhile. Withdraw this one and start from that."),
        "edition_is_there_already": _("An edition with the code %(code)s is there already. Choose another code."),
        "effective_day_passed": _("Choose a day to come. What has been done is not changed afterwards."),
        "effective_day_taken": _("A version holds from %(day)s already. Choose a later day."),
        "effective_day_after_the_end": _("The edition is over by then. Choose a day within it."),
        "editions_overlap": _(
            "%(edition)s is open from %(first)s to %(last)s. Choose a day on which it is not, or change the last day."
        ),
        "editions_leave_a_gap": _(
            "No edition would be open from %(first)s to %(last)s. Choose another day, or other days of the edition."
        ),
        "document_is_wrong": _("%(place)s %(problem)s. Change that part first."),
        "same_person_drafted": _("Whoever wrote a version cannot approve it. Somebody else of the office decides."),
    },
)
