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
        )
    },
    states={},
    kinds={},
    refusals={"read_only": _("You see the tool as somebody else does. Nothing can be done or opened in their name.")},
)
