"""What is asked for a draw and for a finding."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from clusterxchange.phases.exchange_building.forms import DayField
from clusterxchange.phases.finalisation.forms import cents_of, euros, long_text
from clusterxchange.phases.finalisation.models import Finding
from clusterxchange.phases.finalisation.rules import WHOLE
from clusterxchange.scheme.models import Edition
from clusterxchange.workflow.sentences import refusal_sentence

LONGEST_SEED = 200


class DrawForm(forms.Form):
    """Of which days how many are drawn, and by which seed."""

    edition = forms.ModelChoiceField(label=_("Edition"), queryset=Edition.objects.all(), empty_label=None)
    first_day = DayField(label=_("Closed from"))
    last_day = DayField(label=_("Closed until"))
    percent = forms.IntegerField(
        label=_("How many of a hundred"), min_value=1, max_value=WHOLE, initial=5, help_text=_("Rounded up.")
    )
    seed = forms.CharField(
        label=_("Seed"),
        max_length=LONGEST_SEED,
        help_text=_("Something that nobody could choose and everybody can look up, such as the numbers of a lottery."),
    )

    def clean(self) -> dict[str, Any]:
        """Ask for days in their order."""
        given = super().clean() or self.cleaned_data
        first, last = given.get("first_day"), given.get("last_day")
        if first and last and last < first:
            self.add_error(
                "last_day", forms.ValidationError(refusal_sentence("end_before_start", {}), code="end_before_start")
            )
        return given


class FindingForm(forms.Form):
    """What the check of one exchange found."""

    finding = forms.TypedChoiceField(
        label=_("Finding"), choices=Finding.choices, coerce=Finding, widget=forms.RadioSelect
    )
    words = long_text(
        _("What was found"), required=False, help_text=_("Visitor and partnership read it where money is asked back.")
    )
    recovery_eur = euros(_("To be paid back, in EUR"))

    def inputs(self) -> dict[str, Any]:
        """Give the answers as the operation takes them."""
        given = self.cleaned_data
        return {
            "finding": given["finding"],
            "words": given["words"],
            "recovery_cents": cents_of(given["recovery_eur"]),
        }
