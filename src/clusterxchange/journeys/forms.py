"""The two questions that anybody may ask without an account: may we take part, and how much would we receive."""

from collections.abc import Mapping
from typing import Any

from django import forms
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from clusterxchange.scheme.code_lists import choices
from clusterxchange.scheme.countries import participating_countries
from clusterxchange.scheme.document import Scheme

ELSEWHERE = "elsewhere"
REQUIRED_CHOICE = {"required": _("Choose one of the answers"), "invalid_choice": _("Choose one of the answers")}
WHOLE_NUMBER = _("Write a whole number")
MOST_KILOMETRES = 20_000
MOST_DAYS = 60


class SchemeForm(forms.Form):
    """A form whose choices come from the rules in force."""

    def __init__(self, data: Mapping[str, Any] | None = None, *, scheme: Scheme) -> None:
        super().__init__(data)
        self.scheme = scheme

    def offer(self, name: str, offered: list[tuple[str, Any]]) -> None:
        """Give a question its answers."""
        field = self.fields[name]
        if isinstance(field, forms.ChoiceField):
            field.choices = offered


class ShortNumber(forms.IntegerField):
    """A whole number of a few digits, typed and not clicked up and down."""

    look = "short"
    widget = forms.TextInput


class EligibilityForm(SchemeForm):
    """Who asks, and for which role."""

    role = forms.ChoiceField(
        label=_("What would you like to do?"), widget=forms.RadioSelect, error_messages=REQUIRED_CHOICE
    )
    type = forms.ChoiceField(
        label=_("What kind of organisation do you speak for?"), widget=forms.RadioSelect, error_messages=REQUIRED_CHOICE
    )
    country = forms.ChoiceField(
        label=_("In which country are you based?"),
        help_text=_("With several establishments, the country where you yourself work"),
        error_messages=REQUIRED_CHOICE,
    )
    membership = forms.ChoiceField(
        label=_("Is your organisation a member of a cluster?"),
        widget=forms.RadioSelect,
        error_messages=REQUIRED_CHOICE,
    )

    def __init__(self, data: Mapping[str, Any] | None = None, *, scheme: Scheme) -> None:
        super().__init__(data, scheme=scheme)
        language = get_language() or "en"
        self.offer("role", [("visit", _("Visit another organisation")), ("host", _("Host a visitor"))])
        self.offer("type", choices(scheme, "organisation_types"))
        countries = participating_countries(scheme, language)
        self.offer("country", [("", _("Choose a country")), *countries, (ELSEWHERE, _("Another country"))])
        self.offer("membership", choices(scheme, "memberships"))


class AmountForm(SchemeForm):
    """From where to where, for how long, how far."""

    from_country = forms.ChoiceField(label=_("Country of the visiting organisation"), error_messages=REQUIRED_CHOICE)
    to_country = forms.ChoiceField(label=_("Country of the host organisation"), error_messages=REQUIRED_CHOICE)
    days = ShortNumber(
        label=_("Full working days at the host"),
        help_text=_("Travel days are not counted."),
        min_value=1,
        max_value=MOST_DAYS,
        widget=forms.TextInput(attrs={"inputmode": "numeric"}),
        error_messages={"required": _("Write the number of days, for example 4"), "invalid": WHOLE_NUMBER},
    )
    km = ShortNumber(
        label=_("Distance between the two places in kilometres"),
        help_text=_("As the crow flies"),
        min_value=0,
        max_value=MOST_KILOMETRES,
        widget=forms.TextInput(attrs={"inputmode": "numeric"}),
        error_messages={"required": _("Write the distance in kilometres, for example 600"), "invalid": WHOLE_NUMBER},
    )
    format = forms.ChoiceField(label=_("Format"), widget=forms.RadioSelect, error_messages=REQUIRED_CHOICE)

    def __init__(self, data: Mapping[str, Any] | None = None, *, scheme: Scheme) -> None:
        super().__init__(data, scheme=scheme)
        countries = [("", _("Choose a country")), *participating_countries(scheme, get_language() or "en")]
        self.offer("from_country", countries)
        self.offer("to_country", countries)
        self.offer("format", choices(scheme, "formats"))
        self.fields["format"].initial = "physical"
