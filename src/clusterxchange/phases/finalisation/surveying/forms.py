"""The four questions of the follow-up survey."""

from typing import Any, cast

from django import forms
from django.utils.translation import gettext_lazy as _

from clusterxchange.phases.finalisation.forms import RatingField
from clusterxchange.phases.finalisation.surveying.life import FOLLOW_UP_SURVEY
from clusterxchange.scheme import code_lists
from clusterxchange.workflow.pages import StepForm


def yes_or_no(label: Any) -> forms.TypedChoiceField:  # noqa: ANN401 -- a sentence that is translated when it is shown
    """Make a question with two answers."""
    choices = [("yes", _("Yes")), ("no", _("No"))]
    return forms.TypedChoiceField(
        label=label, choices=choices, coerce=lambda value: value == "yes", widget=forms.RadioSelect
    )


class SurveyForm(StepForm):
    """Two minutes, half a year later."""

    in_contact = yes_or_no(_("Are you still in contact"))
    outcomes = forms.MultipleChoiceField(
        label=_("What has come of it since"), required=False, widget=forms.CheckboxSelectMultiple
    )
    recommends = yes_or_no(_("Would you recommend such an exchange to others"))
    field_order = ("worth", "in_contact", "outcomes", "recommends")

    def __init__(self, *args: Any, **kwargs: Any) -> None:  # noqa: ANN401 -- Django's signature
        super().__init__(*args, **kwargs)
        scheme = FOLLOW_UP_SURVEY.scheme_of(self.subject, self.at)
        marks = range(scheme.report.lowest_rating, scheme.report.highest_rating + 1)
        self.fields["worth"] = RatingField(
            _("Was the exchange worth the time"), marks, help_text=_("1 is not at all, 5 is completely.")
        )
        offered = cast("forms.MultipleChoiceField", self.fields["outcomes"])
        offered.choices = code_lists.choices(scheme, "report_outcomes")
        self.order_fields(self.field_order)
