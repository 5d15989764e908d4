"""The sentences of a person's own data."""

from django.utils.translation import gettext_lazy as _

from clusterxchange.workflow.sentences import say

say(
    actions={},
    states={},
    kinds={},
    refusals={
        "erasure_waits": _("Something still goes on with you: end it or hand it over first. The page names it."),
    },
)
