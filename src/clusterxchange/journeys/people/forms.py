"""What people are asked when they invite, join, hand over, leave, or change what their organisation says of itself."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _

from clusterxchange.access.actions import Action
from clusterxchange.parties.organisations.models import Organisation, Representative
from clusterxchange.phases.registration.forms import YouForm, logo_drawn_anew, logo_field, stored
from clusterxchange.phases.registration.models import Application
from clusterxchange.scheme import code_lists
from clusterxchange.scheme.countries import participating_countries
from clusterxchange.scheme.document import Scheme
from clusterxchange.workflow.pages import StepForm

LONGEST_NOTE = 500
LONGEST_REASON = 2000
CHOOSE_ONE = {"invalid_choice": gettext_lazy("Choose one of the list.")}
WHOLE_NUMBER = gettext_lazy("Write a whole number, for example 24.")


def _countries(scheme: Scheme) -> list[tuple[str, str]]:
    return [("", _("Choose a country")), *participating_countries(scheme, get_language() or "en")]


class InviteForm(forms.Form):
    """Whom to invite."""

    email = forms.EmailField(
        label=gettext_lazy("E-mail address"),
        help_text=gettext_lazy("The person gets a link that holds for this address only, for 14 days."),
        max_length=254,
        error_messages={
            "required": gettext_lazy("Write the address of the person, for example name@firm.example."),
            "invalid": gettext_lazy("Write the whole address, for example name@firm.example."),
        },
        widget=forms.EmailInput(attrs={"autocomplete": "off"}),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:  # noqa: ANN401 -- Django's arguments
        super().__init__(*args, **{**kwargs, "use_required_attribute": False})


class AcceptForm(forms.Form):
    """What the organisation's partners read of the person."""

    position = forms.CharField(label=gettext_lazy("Your position in the organisation"), max_length=120, required=False)
    phone = forms.CharField(label=gettext_lazy("Telephone"), max_length=40, required=False)
    based_in = forms.ChoiceField(
        label=gettext_lazy("Country where you are based"), required=False, error_messages=CHOOSE_ONE
    )
    works_there = forms.BooleanField(
        label=gettext_lazy("I work for this organisation."),
        error_messages={"required": gettext_lazy("Tick this, or decline the invitation.")},
    )

    def __init__(self, *args: Any, scheme: Scheme, **kwargs: Any) -> None:  # noqa: ANN401 -- Django's arguments
        super().__init__(*args, **{**kwargs, "use_required_attribute": False})
        self.fields["based_in"].choices = _countries(scheme)  # type: ignore[attr-defined]  # -- a choice field


class SuccessorForm(forms.Form):
    """Who goes on."""

    successor = forms.ChoiceField(
        label=gettext_lazy("Who goes on with registrations and exchanges"),
        required=False,
        error_messages=CHOOSE_ONE,
    )

    def __init__(self, *args: Any, others: Iterable[Representative], **kwargs: Any) -> None:  # noqa: ANN401 -- Django's arguments
        super().__init__(*args, **{**kwargs, "use_required_attribute": False})
        self.others = {str(one.pk): one for one in others}
        named = [(pk, str(one.account)) for pk, one in self.others.items()]
        if named:
            self.fields["successor"].choices = [("", _("Choose a person")), *named]  # type: ignore[attr-defined]  # -- as above
        else:
            del self.fields["successor"]

    @property
    def chosen(self) -> Representative | None:
        """The person who goes on."""
        return self.others.get(self.cleaned_data.get("successor", ""))


class HandOverForm(SuccessorForm):
    """Which registration goes to whom."""

    def clean_successor(self) -> str:
        """Ask for a person."""
        chosen: str = self.cleaned_data["successor"]
        if not chosen:
            raise ValidationError(
                _("Choose who goes on with the registrations and exchanges."), code="successor_missing"
            )
        return chosen


class DeclineRequestForm(StepForm):
    """Why the person does not speak for the organisation."""

    reason = forms.CharField(
        label=gettext_lazy("Reason"), max_length=LONGEST_REASON, required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
    )  # fmt: skip

    def clean_reason(self) -> str:
        """Ask for a sentence."""
        given: str = self.cleaned_data["reason"].strip()
        if not given:
            raise ValidationError(_("Give the reason in a sentence."), code="reason_missing")
        return given


class JoinForm(forms.Form):
    """What the people of the organisation should know of whoever asks."""

    note = forms.CharField(
        label=gettext_lazy("What its people should know of you"),
        help_text=gettext_lazy("They see your name and your e-mail address."),
        max_length=LONGEST_NOTE,
        required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
    )


JOIN_FORMS = {Action.DECLINE_JOIN_REQUEST: DeclineRequestForm}


class PlaceForm(YouForm):
    """What registration asks of each person, for whoever speaks for an organisation without having registered it."""

    def __init__(self, *args: Any, place: Representative, scheme: Scheme, at: datetime) -> None:  # noqa: ANN401 -- Django's arguments
        own = Application(representative=place, organisation=place.organisation)
        super().__init__(*args, application=own, scheme=scheme, at=at)
        for name in self.files_kept:
            if getattr(place, name) is not None:
                self.fields[f"remove_{name}"] = forms.BooleanField(
                    label=_("Remove the file that is kept: %(name)s") % {"name": getattr(place, name)}, required=False
                )

    def clean(self) -> dict[str, Any]:
        """Ask for what registration needs of a person; a curriculum vitae may come later."""
        given = {name for name, field in self.fields.items() if field.bound_data(self[name].data, None)}
        for name, field in self.fields.items():
            is_asked = getattr(field, "asked", False) and name not in self.files_kept
            if is_asked and name not in given and name not in self.errors:
                self.add_error(name, ValidationError(_("This is needed: write or choose an answer"), code="required"))
        return super().clean()

    def answers(self) -> dict[str, Any]:
        """Give the answers by column; a file that is to go is none, unless another takes its place."""
        found = super().answers()
        removed = {name for name in self.files_kept if found.pop(f"remove_{name}", False)}
        return {**dict.fromkeys(removed), **found}


# What the partnership accepted, and looks at again.
REVIEWED = (
    "organisation_type", "country", "cluster_membership", "cluster_name", "people", "turnover_eur", "balance_eur",
)  # fmt: skip
OTHERS_READ = ("short_name", "website", "description", "ecosystems", "keywords", "offers")


class OrganisationForm(forms.Form):
    """What an organisation says of itself, once it takes part."""

    organisation_type = forms.ChoiceField(label=gettext_lazy("Type of organisation"), error_messages=CHOOSE_ONE)
    country = forms.ChoiceField(label=gettext_lazy("Country of the organisation"), error_messages=CHOOSE_ONE)
    cluster_membership = forms.ChoiceField(
        label=gettext_lazy("Member of a cluster"), required=False, error_messages=CHOOSE_ONE
    )
    cluster_name = forms.CharField(label=gettext_lazy("Name of the cluster"), max_length=200, required=False)
    people = forms.IntegerField(
        label=gettext_lazy("People working there"), min_value=0, max_value=2_000_000, required=False,
        widget=forms.TextInput(attrs={"inputmode": "numeric"}), error_messages={"invalid": WHOLE_NUMBER},
    )  # fmt: skip
    turnover_eur = forms.IntegerField(
        label=gettext_lazy("Turnover in euros a year"), min_value=0, max_value=10**15, required=False,
        widget=forms.TextInput(attrs={"inputmode": "numeric"}), error_messages={"invalid": WHOLE_NUMBER},
    )  # fmt: skip
    balance_eur = forms.IntegerField(
        label=gettext_lazy("Balance sheet total in euros"), min_value=0, max_value=10**15, required=False,
        widget=forms.TextInput(attrs={"inputmode": "numeric"}), error_messages={"invalid": WHOLE_NUMBER},
    )  # fmt: skip
    short_name = forms.CharField(label=gettext_lazy("Short name"), max_length=80, required=False)
    website = forms.URLField(
        label=gettext_lazy("Website"), max_length=200, assume_scheme="https",
        error_messages={"invalid": gettext_lazy("Write the website with its ending, for example nowawic.example.")},
        widget=forms.TextInput(attrs={"inputmode": "url"}),
    )  # fmt: skip
    description = forms.CharField(
        label=gettext_lazy("What the organisation does"), max_length=2000, widget=forms.Textarea(attrs={"rows": 5})
    )
    ecosystems = forms.MultipleChoiceField(
        label=gettext_lazy("Industrial ecosystems"), widget=forms.CheckboxSelectMultiple, error_messages=CHOOSE_ONE
    )
    keywords = forms.CharField(label=gettext_lazy("Field in your own words"), max_length=300, required=False)
    offers = forms.CharField(label=gettext_lazy("What you offer, in keywords"), max_length=300, required=False)

    def __init__(
        self,
        *args: Any,  # noqa: ANN401 -- Django's arguments
        organisation: Organisation,
        scheme: Scheme,
        at: datetime,
        **kwargs: Any,  # noqa: ANN401 -- as above
    ) -> None:
        self.at = at
        kept = {name: getattr(organisation, name) for name in (*REVIEWED, *OTHERS_READ)}
        super().__init__(*args, **{**kwargs, "initial": kept, "use_required_attribute": False})
        self.organisation = organisation
        self.fields["logo"] = logo_field()
        if organisation.logo is not None:
            self.fields["remove_logo"] = forms.BooleanField(label=_("Remove the logo that is shown"), required=False)
        offered = {
            "organisation_type": code_lists.choices(scheme, "organisation_types"),
            "country": _countries(scheme),
            "cluster_membership": [("", _("Not asked of this type")), *code_lists.choices(scheme, "memberships")],
            "ecosystems": code_lists.choices(scheme, "ecosystems"),
        }
        for name, choices in offered.items():
            self.fields[name].choices = choices  # type: ignore[attr-defined]  # -- a choice field

    def clean_logo(self) -> Any:  # noqa: ANN401 -- what the door gave
        """Draw it anew, so that nothing comes along with it."""
        return logo_drawn_anew(self.cleaned_data["logo"])

    def answers(self) -> dict[str, Any]:
        """Give the answers by column; no new logo leaves the one that is shown, unless that is to go."""
        found = dict(self.cleaned_data)
        checked, is_removed = found.pop("logo"), found.pop("remove_logo", False)
        if checked or is_removed:
            found["logo"] = stored(checked, self.at) if checked else None
        return found

    @property
    def reviewed(self) -> list[forms.BoundField]:
        """The answers that the partnership accepted."""
        return [self[name] for name in REVIEWED]

    @property
    def read_by_others(self) -> list[forms.BoundField]:
        """The answers that partners read."""
        return [self[name] for name in (*OTHERS_READ, "logo", "remove_logo") if name in self.fields]
