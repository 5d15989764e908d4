"""What a partnership's people type about it, and what anybody may ask it."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from django import forms
from django.core.files.uploadedfile import UploadedFile
from django.core.validators import RegexValidator
from django.utils.datastructures import MultiValueDict
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from clusterxchange.access.actor import COORDINATOR
from clusterxchange.foundation import clock
from clusterxchange.foundation.folding import fold
from clusterxchange.foundation.money import format_cents
from clusterxchange.parties.partnerships.models import (
    MemberCluster,
    Partnership,
    PartnershipPerson,
    PlannedEvent,
)
from clusterxchange.phases.registration.forms import logo_drawn_anew, logo_field, stored
from clusterxchange.scheme.code_lists import choices
from clusterxchange.scheme.countries import country_name, participating_countries
from clusterxchange.scheme.document import Role, Scheme

WHOLE_NUMBER = {"invalid": _("Write a whole number")}
MOST_EXCHANGES, MOST_MONTHS = 10_000, 120
MOST_EUR = Decimal(1_000_000_000)
LONGEST_TEXT, LONGEST_QUESTION = 3000, 2000
ONE_LINE = RegexValidator(r"^[^\x00-\x1f\x7f\x85\u2028\u2029]*$", _("Write it in one line"), code="not_one_line")
WEB = {"invalid": _("Write the website with its beginning, for example https://loom.example")}
MAIL = {
    "required": _("Write an e-mail address, for example name@loom.example"),
    "invalid": _("Write an e-mail address, for example name@loom.example"),
}


def digits() -> forms.TextInput:
    """Give a field for a number that is typed."""
    return forms.TextInput(attrs={"inputmode": "numeric"})


def link() -> forms.URLField:
    """Give a field for the address of a website."""
    return forms.URLField(label=_("Website"), required=False, assume_scheme="https", error_messages=WEB)


class PartForm(forms.Form):
    """A part of what a partnership publishes; its answers have the names of the columns that hold them."""

    def __init__(
        self,
        data: Mapping[str, Any] | None = None,
        files: "MultiValueDict[str, UploadedFile[bytes]] | None" = None,
        *,
        partnership: Partnership,
        scheme: Scheme,
    ) -> None:
        self.partnership, self.scheme = partnership, scheme
        super().__init__(data, files, initial=self.known())

    def known(self) -> dict[str, Any]:
        """Give what is kept already."""
        return {name: getattr(self.partnership, name) for name in self.base_fields if hasattr(self.partnership, name)}

    def answers(self) -> dict[str, Any]:
        """Give what is to be kept."""
        return dict(self.cleaned_data)


class ProfileForm(PartForm):
    """Title, times, numbers and where to find it."""

    title = forms.CharField(
        label=_("Full title"), max_length=300, error_messages={"required": _("Write the full title")}
    )
    website = link()
    email = forms.EmailField(
        label=_("Contact address"), required=False, help_text=_("Shown to everybody"), error_messages=MAIL
    )
    starts_on = forms.DateField(
        label=_("Start"), required=False, widget=forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"}),
        error_messages={"invalid": _("Write a date, for example 2026-03-02")},
    )  # fmt: skip
    duration_months = forms.IntegerField(
        label=_("Duration in months"), required=False, min_value=1, max_value=MOST_MONTHS, widget=digits(),
        error_messages=WHOLE_NUMBER,
    )  # fmt: skip
    planned_exchanges = forms.IntegerField(
        label=_("Planned exchanges"), required=False, min_value=1, max_value=MOST_EXCHANGES, widget=digits(),
        error_messages=WHOLE_NUMBER, help_text=_("The open places on the profile are counted from it."),
    )  # fmt: skip


class LogoForm(PartForm):
    """The picture by which people know it again."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:  # noqa: ANN401 -- as of every part
        super().__init__(*args, **kwargs)
        self.fields["logo"] = logo_field()
        if self.partnership.logo is not None:
            self.fields["remove_logo"] = forms.BooleanField(label=_("Remove the logo that is shown"), required=False)

    def clean_logo(self) -> Any:  # noqa: ANN401 -- what the door gave
        """Draw it anew, so that nothing comes along with it."""
        return logo_drawn_anew(self.cleaned_data["logo"])

    def clean(self) -> dict[str, Any]:
        """Ask for a file, unless the one that is shown is to go."""
        cleaned = super().clean() or self.cleaned_data
        if not cleaned.get("logo") and not cleaned.get("remove_logo") and "logo" not in self.errors:
            self.add_error("logo", forms.ValidationError(_("Choose a file"), code="file_missing"))
        return cleaned

    def answers(self) -> dict[str, Any]:
        """Give the file to keep, or none."""
        checked = self.cleaned_data.get("logo")
        return {"logo": stored(checked, clock.now()) if checked else None}


class TextsForm(PartForm):
    """Where it comes from, what it wants, what is to come of it."""

    origin = forms.CharField(label=_("Origin"), required=False, max_length=LONGEST_TEXT, widget=forms.Textarea)
    objectives = forms.CharField(label=_("Objectives"), required=False, max_length=LONGEST_TEXT, widget=forms.Textarea)
    expected_results = forms.CharField(
        label=_("Expected results"), required=False, max_length=LONGEST_TEXT, widget=forms.Textarea
    )


class SectorsForm(PartForm):
    """The fields in which it works: applicants are assigned by them."""

    ecosystems = forms.MultipleChoiceField(
        label=_("Industrial ecosystems"),
        help_text=_("Applicants of these fields are assigned to you."),
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": _("Choose at least one field")},
    )
    keywords = forms.CharField(
        label=_("Fields in your own words"), required=False, max_length=300, help_text=_("Separated by commas")
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:  # noqa: ANN401 -- handed on
        super().__init__(*args, **kwargs)
        field = self.fields["ecosystems"]
        if isinstance(field, forms.MultipleChoiceField):
            field.choices = choices(self.scheme, "ecosystems")

    def known(self) -> dict[str, Any]:
        """Give the keywords as one line."""
        return {"ecosystems": self.partnership.ecosystems, "keywords": ", ".join(self.partnership.keywords)}

    def answers(self) -> dict[str, Any]:
        """Give the keywords one by one."""
        words = [word.strip() for word in self.cleaned_data["keywords"].split(",")]
        return {"ecosystems": self.cleaned_data["ecosystems"], "keywords": [word for word in words if word]}


class TargetsForm(PartForm):
    """How many visitors of each type are planned."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:  # noqa: ANN401 -- handed on
        super().__init__(*args, **kwargs)
        for code, words in choices(self.scheme, "organisation_types"):
            if self.scheme.eligibility.matrix[code][Role.VISIT].is_allowed:
                self.fields[code] = forms.IntegerField(
                    label=words, required=False, min_value=0, max_value=MOST_EXCHANGES, widget=digits(),
                    error_messages=WHOLE_NUMBER,
                )  # fmt: skip

    def known(self) -> dict[str, Any]:
        """Give the targets by type."""
        return dict(self.partnership.targets)

    def answers(self) -> dict[str, Any]:
        """Give the targets that were set."""
        return {"targets": {code: count for code, count in self.cleaned_data.items() if count is not None}}


class AmountsForm(PartForm):
    """The own amount for one host country, below what the edition pays at most; nothing typed takes it away."""

    country = forms.ChoiceField(
        label=_("Country of the host organisation"), error_messages={"required": _("Choose a country")}
    )
    amount = forms.DecimalField(
        label=_("Full amount in EUR"), required=False, min_value=1, decimal_places=2, max_digits=9,
        widget=forms.TextInput(attrs={"inputmode": "decimal"}),
        help_text=_("Without a number the edition’s amount holds again. Halving works as always."),
        error_messages={"invalid": _("Write an amount, for example 600")},
    )  # fmt: skip

    def __init__(self, *args: Any, **kwargs: Any) -> None:  # noqa: ANN401 -- handed on
        super().__init__(*args, **kwargs)
        field, paid = self.fields["country"], self.scheme.amounts.full_cents_by_host_country
        if isinstance(field, forms.ChoiceField):
            named = participating_countries(self.scheme, get_language() or "en")
            field.choices = [("", _("Choose a country")), *(row for row in named if row[0] in paid)]

    def known(self) -> dict[str, Any]:
        """Begin empty: one country at a time."""
        return {}

    def clean(self) -> dict[str, Any]:
        """Keep to the highest amount of the edition."""
        given = super().clean() or {}
        cap = self.scheme.amounts.full_cents_by_host_country.get(given.get("country", ""))
        amount = given.get("amount")
        if cap is not None and amount is not None and amount * 100 > cap:
            sentence = _("At most %(cap)s for this country; write less, or nothing") % {
                "cap": format_cents(cap, get_language() or "en")
            }
            self.add_error("amount", forms.ValidationError(sentence, code="amount_above_cap"))
        return given

    def answers(self) -> dict[str, Any]:
        """Give all own amounts with this one changed."""
        country, amount = self.cleaned_data["country"], self.cleaned_data["amount"]
        kept = {code: cents for code, cents in self.partnership.amounts.items() if code != country}
        return {"amounts": kept if amount is None else {**kept, country: int(amount * 100)}}


class AssessmentForm(PartForm):
    """How registrations are read, and by whose holidays terms are counted."""

    coordinating_country = forms.ChoiceField(
        label=_("Country of the coordinating member"), help_text=_("Its public holidays stop the terms.")
    )
    has_second_reader = forms.BooleanField(
        label=_("Two contact points read a registration before it is accepted"), required=False
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:  # noqa: ANN401 -- handed on
        super().__init__(*args, **kwargs)
        field = self.fields["coordinating_country"]
        if isinstance(field, forms.ChoiceField):
            field.choices = participating_countries(self.scheme, get_language() or "en")


class BudgetForm(forms.Form):
    """The money that is planned for lump sums."""

    planned = forms.DecimalField(
        label=_("Planned for lump sums, in EUR"), min_value=0, max_value=MOST_EUR, decimal_places=2,
        widget=forms.TextInput(attrs={"inputmode": "decimal"}),
        error_messages={
            "required": _("Write an amount, for example 50000"), "invalid": _("Write an amount, for example 50000"),
        },
    )  # fmt: skip

    def cents(self) -> int:
        """Give the amount in cents."""
        return int(self.cleaned_data["planned"] * 100)


class EventForm(forms.ModelForm):  # type: ignore[type-arg]  # -- cannot be subscripted when it runs
    """An event that is announced."""

    class Meta:
        model = PlannedEvent
        fields = ("title", "target_group", "on")
        labels = {"title": _("Title"), "target_group": _("Target group"), "on": _("Date")}
        widgets = {"on": forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"})}
        error_messages = {
            "title": {"required": _("Write the title of the event")},
            "on": {"invalid": _("Write a date, for example 2026-03-02")},
        }


class MemberForm(forms.ModelForm):  # type: ignore[type-arg]  # -- cannot be subscripted when it runs
    """A cluster organisation that belongs to the partnership."""

    country = forms.ChoiceField(label=_("Country"), required=False)
    link = link()

    class Meta:
        model = MemberCluster
        fields = ("name", "country", "region", "link")
        labels = {"name": _("Name"), "region": _("Region")}
        error_messages = {"name": {"required": _("Write the name of the cluster")}}

    def __init__(self, *args: Any, scheme: Scheme, **kwargs: Any) -> None:  # noqa: ANN401 -- handed on
        super().__init__(*args, **kwargs)
        field, language = self.fields["country"], get_language() or "en"
        if isinstance(field, forms.ChoiceField):
            named = [(code, country_name(code, language)) for code in scheme.countries]
            field.choices = [("", _("Not published")), *sorted(named, key=lambda row: fold(row[1]))]


class InvitationForm(forms.Form):
    """Whom to invite, and as what."""

    email = forms.EmailField(label=_("E-mail address"), max_length=200, error_messages=MAIL)
    roles = forms.MultipleChoiceField(
        label=_("Roles"), choices=PartnershipPerson.Role.choices, widget=forms.CheckboxSelectMultiple,
        error_messages={"required": _("Choose at least one role")},
    )  # fmt: skip

    def __init__(self, *args: Any, only_coordinators: bool = False, **kwargs: Any) -> None:  # noqa: ANN401 -- handed on
        super().__init__(*args, **kwargs)
        if only_coordinators:
            self.fields["roles"] = forms.MultipleChoiceField(
                label=_("Roles"), choices=[(COORDINATOR, PartnershipPerson.Role.COORDINATOR.label)],
                initial=[COORDINATOR], widget=forms.CheckboxSelectMultiple,
                error_messages={"required": _("Choose at least one role")},
            )  # fmt: skip


class QuestionForm(forms.Form):
    """What somebody without an account asks."""

    name = forms.CharField(
        label=_("Your name"), max_length=120, validators=[ONE_LINE], error_messages={"required": _("Write your name")}
    )
    email = forms.EmailField(
        label=_("Your e-mail address"), max_length=200, help_text=_("The answer goes there."), error_messages=MAIL
    )
    organisation = forms.CharField(label=_("Your organisation"), max_length=200, required=False, validators=[ONE_LINE])
    text = forms.CharField(
        label=_("Your question"), max_length=LONGEST_QUESTION, widget=forms.Textarea,
        error_messages={"required": _("Write your question")},
    )  # fmt: skip


PARTS: Mapping[str, type[PartForm]] = {
    "profile": ProfileForm,
    "logo": LogoForm,
    "texts": TextsForm,
    "sectors": SectorsForm,
    "targets": TargetsForm,
    "amounts": AmountsForm,
    "assessment": AssessmentForm,
}
