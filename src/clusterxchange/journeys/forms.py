"""The two questions that anybody may ask without an account: may we take part, and how much would we receive."""

from collections.abc import Mapping, Sequence
from typing import Any

from django import forms
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from clusterxchange.journeys.eligibility import (
    COUNTRY,
    ECOSYSTEM,
    ELSEWHERE,
    HOST,
    MEMBERSHIP,
    NATIONAL,
    NEITHER,
    NO,
    NOT_DECIDED,
    PERSON,
    RESIDENT,
    TYPE,
    VISITED,
    YES,
)
from clusterxchange.scheme.code_lists import choices
from clusterxchange.scheme.countries import participating_countries
from clusterxchange.scheme.document import Scheme

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


class QuestionForm(SchemeForm):
    """One question of the public check; its field has the name of the question."""

    def __init__(self, question: str, data: Mapping[str, Any] | None = None, *, scheme: Scheme, own: str = "") -> None:
        super().__init__(data, scheme=scheme)
        self.own = own
        label, hint = _wording(question, scheme)
        kind = forms.Select if question in {COUNTRY, HOST} else forms.RadioSelect
        self.fields[question] = forms.ChoiceField(
            label=label, help_text=hint, widget=kind, error_messages=REQUIRED_CHOICE, choices=self._answers(question)
        )

    def _answers(self, question: str) -> list[tuple[str, Any]]:
        language = get_language() or "en"
        if question == COUNTRY:
            countries = participating_countries(self.scheme, language)
            return [("", _("Choose a country")), *countries, (ELSEWHERE, _("Another country"))]
        if question == HOST:
            paid = self.scheme.amounts.full_cents_by_host_country
            pays = self.scheme.agreement.pays
            hosts = [row for row in participating_countries(self.scheme, language) if not pays or row[0] in paid]
            return [("", _("Choose a country")), (NOT_DECIDED, _("I do not know yet")), *hosts]
        if question in CODE_LISTS:
            return list(choices(self.scheme, CODE_LISTS[question]))
        return list(PLAIN_ANSWERS[question])

    def clean(self) -> dict[str, Any]:
        """Refuse the own country as the one to be visited."""
        given = super().clean() or {}
        if self.own and given.get(HOST) == self.own:
            words = _("Choose another country; an exchange needs two different ones")
            self.add_error(HOST, forms.ValidationError(words, code="same_country"))
        return given


CODE_LISTS = {TYPE: "organisation_types", MEMBERSHIP: "memberships", ECOSYSTEM: "ecosystems"}
PLAIN_ANSWERS: Mapping[str, list[tuple[str, Any]]] = {
    PERSON: [
        (NATIONAL, _("A nationality of a participating country")),
        (
            RESIDENT,
            _("Another one, with a residence permit and a business begun or planned in a participating country"),
        ),
        (NEITHER, _("Another one, without these")),
    ],
    VISITED: [(NO, _("No, never")), (YES, _("Yes, once"))],
}


def _wording(question: str, scheme: Scheme) -> tuple[Any, Any]:
    if question == PERSON:
        hint = _("A permit counts if the person has spent %(days)d days or more with it.") % {
            "days": scheme.eligibility.third_country_days
        }
        return _("Which nationality has the person who would take part?"), hint
    return WORDING[question]


WORDING: Mapping[str, tuple[Any, Any]] = {
    TYPE: (_("What kind of organisation do you speak for?"), ""),
    COUNTRY: (
        _("In which country are you based?"),
        _("With several establishments, the country where you yourself work"),
    ),
    MEMBERSHIP: (_("Is your organisation a member of a cluster?"), ""),
    VISITED: (
        _("Has your organisation visited in this scheme before?"),
        _("An online exchange is not counted, nor is a stay as a host."),
    ),
    ECOSYSTEM: (
        _("In which field do you work mostly?"),
        _("You see then which partnerships to ask."),
    ),
    HOST: (
        _("Which country would you like to visit?"),
        _("You see then roughly how much you would receive."),
    ),
}


class AmountForm(SchemeForm):
    """From where to where, for how long, how far, and with whom."""

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

    partnership = forms.ChoiceField(
        label=_("Partnership of the visiting organisation"),
        help_text=_("A few pay less than the highest amount."),
        required=False,
        error_messages=REQUIRED_CHOICE,
    )

    def __init__(
        self,
        data: Mapping[str, Any] | None = None,
        *,
        scheme: Scheme,
        partnerships: Sequence[tuple[str, str]] = (),
    ) -> None:
        super().__init__(data, scheme=scheme)
        countries = [("", _("Choose a country")), *participating_countries(scheme, get_language() or "en")]
        self.offer("from_country", countries)
        self.offer("to_country", countries)
        self.offer("format", choices(scheme, "formats"))
        self.offer("partnership", [("", _("None, or one without own amounts")), *partnerships])
        self.fields["format"].initial = "physical"
