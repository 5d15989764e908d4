"""What the support office types about partnerships and about who looks after a case."""

from typing import Any

from django import forms
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from clusterxchange.access.capacities import HP, VP
from clusterxchange.journeys.partnerships.forms import MAIL, ONE_LINE
from clusterxchange.parties.partnerships.models import Partnership
from clusterxchange.phases.registration.queries import open_partnerships
from clusterxchange.scheme.countries import participating_countries
from clusterxchange.scheme.document import Scheme
from clusterxchange.scheme.models import Edition

LONGEST_REASON = 2000


class AdmitForm(forms.Form):
    """A partnership that joins, and who coordinates it."""

    acronym = forms.CharField(
        label=_("Acronym"), max_length=40, validators=[ONE_LINE], error_messages={"required": _("Write the acronym")}
    )
    title = forms.CharField(
        label=_("Full title"), max_length=300, validators=[ONE_LINE], error_messages={"required": _("Write the title")}
    )
    country = forms.ChoiceField(
        label=_("Country of the coordinating member"),
        help_text=_("Its public holidays stop the terms."),
        error_messages={"required": _("Choose a country"), "invalid_choice": _("Choose a country")},
    )
    email = forms.EmailField(
        label=_("E-mail address of the coordinator"),
        help_text=_("An invitation goes there. The coordinator fills in the profile and opens it to registrations."),
        max_length=200,
        error_messages=MAIL,
    )

    def __init__(self, *args: Any, scheme: Scheme, **kwargs: Any) -> None:  # noqa: ANN401 -- handed on
        super().__init__(*args, **kwargs)
        field = self.fields["country"]
        if isinstance(field, forms.ChoiceField):
            named = participating_countries(scheme, get_language() or "en")
            field.choices = [("", _("Choose a country")), *named]


def reason_field() -> forms.CharField:
    """Ask for a reason, which those who are told of it read."""
    return forms.CharField(
        label=_("Reason"),
        help_text=_("Everybody who is told of it reads it."),
        max_length=LONGEST_REASON,
        widget=forms.Textarea(attrs={"rows": 4}),
        error_messages={"required": _("Write why")},
    )


class WhyForm(forms.Form):
    """Why something is done."""

    reason = reason_field()


class OtherPartnershipForm(forms.Form):
    """To which other partnership something goes."""

    partnership = forms.ChoiceField(
        label=_("Other partnership"),
        error_messages={
            "required": _("Choose the other partnership."), "invalid_choice": _("Choose the other partnership."),
        },
    )  # fmt: skip

    def __init__(self, *args: Any, edition: Edition, without: Partnership | None, **kwargs: Any) -> None:  # noqa: ANN401 -- handed on
        super().__init__(*args, **kwargs)
        self.offered = {one.slug: one for one in open_partnerships(edition) if one != without}
        field = self.fields["partnership"]
        if isinstance(field, forms.ChoiceField):
            field.choices = [
                ("", _("Choose a partnership")),
                *((slug, one.acronym) for slug, one in self.offered.items()),
            ]

    def chosen(self) -> Partnership | None:
        """Give the partnership that was chosen."""
        return self.offered.get(self.cleaned_data.get("partnership", ""))


class ReassignForm(OtherPartnershipForm):
    """To which partnership a case goes, why, and of an exchange which side."""

    reason = reason_field()
    side = forms.ChoiceField(
        label=_("Which side"),
        choices=[(str(VP), _("The visitor’s side")), (str(HP), _("The host’s side"))],
        widget=forms.RadioSelect,
        error_messages={"required": _("Choose a side"), "invalid_choice": _("Choose a side")},
    )

    def __init__(self, *args: Any, has_sides: bool, **kwargs: Any) -> None:  # noqa: ANN401 -- handed on
        super().__init__(*args, **kwargs)
        if has_sides:
            self.order_fields(["side", "partnership", "reason"])
        else:
            del self.fields["side"]
