"""What people type to find a partner, to propose and to answer."""

from collections.abc import Iterable, Iterator
from typing import Any, cast

from django import forms
from django.core.exceptions import ValidationError
from django.http import QueryDict
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from clusterxchange.phases.matching.models import AbuseReport
from clusterxchange.phases.matching.queries import name_shown
from clusterxchange.phases.registration.models import Participation
from clusterxchange.scheme import code_lists, countries
from clusterxchange.scheme.document import Scheme
from clusterxchange.workflow import engine, sentences
from clusterxchange.workflow.pages import StepForm, ThreadForm

LONGEST_MESSAGE = 2000
LONGEST_WORDS = 100
SIDE_LABEL = _("On whose behalf")


def required(sentence: Any) -> dict[str, Any]:  # noqa: ANN401 -- a lazy translation
    """Give the sentence for an answer that was left out."""
    return {"required": sentence, "invalid_choice": sentence}


def offer_sides(form: forms.Form, sides: Iterable[Participation], scheme: Scheme) -> dict[str, Participation]:
    """Let the form ask on whose side; one side is taken as it is. Give the sides by their references."""
    by_reference = {side.reference or "": side for side in sides}
    field = cast("forms.ChoiceField", form.fields["side"])
    field.choices = [
        (reference, f"{name_shown(side)} ({code_lists.label(scheme, 'roles', side.role)})")
        for reference, side in by_reference.items()
    ]
    if len(by_reference) == 1:
        field.initial, field.required, field.widget = next(iter(by_reference)), False, forms.HiddenInput()
    return by_reference


class SideForm(forms.Form):
    """On whose side, with what message, in which format. One own side is taken as it is, several are a choice."""

    side = forms.ChoiceField(label=SIDE_LABEL, error_messages=required(_("Choose on whose behalf you write.")))
    format = forms.ChoiceField(
        label=_("Format"),
        widget=forms.RadioSelect,
        error_messages=required(_("Choose a physical or a virtual exchange.")),
    )
    message = forms.CharField(
        label=_("Your message"),
        help_text=_("Who you are, what you want to learn or show, and when it could be."),
        max_length=LONGEST_MESSAGE,
        required=False,
        widget=forms.Textarea(attrs={"rows": 6}),
    )

    def __init__(self, *args: Any, sides: Iterable[Participation], scheme: Scheme, **kwargs: Any) -> None:  # noqa: ANN401 -- Django's signature
        super().__init__(*args, **kwargs)
        self.sides = offer_sides(self, sides, scheme)
        cast("forms.ChoiceField", self.fields["format"]).choices = code_lists.choices(scheme, "formats")

    def clean_side(self) -> Participation:
        """Give the participation itself; the only one where nothing was sent."""
        chosen = self.cleaned_data["side"] or next(iter(self.sides))
        return self.sides[chosen]


class RequiredMessage(forms.CharField):
    """A message that has to be written; the refusal bears the code that the operation gives as well."""

    def validate(self, value: str) -> None:
        """Ask for a message where there is none."""
        if not value.strip():
            raise ValidationError(sentences.refusal_sentence("message_missing", {}), code="message_missing")


class SendProposal(SideForm):
    """A proposal; a message is required (scheme.md section 5)."""

    message = RequiredMessage(
        label=_("Your message"),
        help_text=_("Who you are, what you want to learn or show, and when it could be."),
        max_length=LONGEST_MESSAGE,
        widget=forms.Textarea(attrs={"rows": 6}),
    )


class SuggestMatch(SideForm):
    """A contact point's suggestion of one of its participants."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:  # noqa: ANN401 -- as above
        super().__init__(*args, **kwargs)
        self.fields["side"].label = _("Which participant")
        self.fields["message"].label = _("Why the two fit")
        self.fields["message"].help_text = _("Both sides read it.")


class InvitePartner(SideForm):
    """A partner with whom an exchange is agreed and who is not registered yet."""

    name = forms.CharField(
        label=_("Name of the partner"),
        max_length=200,
        error_messages={"required": _("Write the name of the person or organisation.")},
    )
    email = forms.EmailField(
        label=_("E-mail address of the partner"),
        help_text=_("The partner registers with this address."),
        error_messages={
            "required": _("Write the e-mail address."),
            "invalid": _("Write the whole address, for example name@firm.example"),
        },
    )
    field_order = ("side", "name", "email", "format", "message")

    def __init__(self, *args: Any, **kwargs: Any) -> None:  # noqa: ANN401 -- as above
        super().__init__(*args, **kwargs)
        self.fields["message"].help_text = _("It stands in the mail and later in the proposal.")


class DeclineProposal(StepForm):
    """Why a proposal is declined."""

    reason = forms.ChoiceField(
        label=_("Reason"), widget=forms.RadioSelect, error_messages=required(_("Choose the reason that fits best."))
    )
    text = forms.CharField(
        label=_("A few words to the other side"),
        max_length=LONGEST_MESSAGE,
        required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:  # noqa: ANN401 -- as above
        super().__init__(*args, **kwargs)
        scheme = engine.scheme_of(self.subject, self.at)
        reason = cast("forms.ChoiceField", self.fields["reason"])
        reason.choices = code_lists.choices(scheme, "proposal_decline_reasons")


class CatalogueFilters:
    """What narrows the catalogue. It stands in the address; what no list offers counts for nothing."""

    def __init__(self, sent: QueryDict, scheme: Scheme, *, shows_roles: bool) -> None:
        self.words = " ".join(sent.get("q", "").split())[:LONGEST_WORDS]
        self.lists: dict[str, list[tuple[str, str]]] = {
            "role": code_lists.choices(scheme, "roles") if shows_roles else [],
            "country": countries.participating_countries(scheme, get_language() or "en"),
            "type": code_lists.choices(scheme, "organisation_types"),
            "ecosystem": code_lists.choices(scheme, "ecosystems"),
            "format": code_lists.choices(scheme, "formats"),
        }
        self.values = {
            name: [code for code, _label in offered if code in set(sent.getlist(name))]
            for name, offered in self.lists.items()
        }

    def in_use(self) -> Iterator[tuple[str, str, str]]:
        """Give each filter in use: its name, its value and its words."""
        if self.words:
            yield "q", self.words, self.words
        for name, offered in self.lists.items():
            yield from ((name, code, label) for code, label in offered if code in self.values[name])


class StartConversation(ThreadForm):
    """A first message to a partner, on one's own side."""

    side = forms.ChoiceField(label=SIDE_LABEL, error_messages=required(_("Choose on whose behalf you write.")))
    field_order = ("side", "text", "attachment")

    def __init__(self, *args: Any, sides: Iterable[Participation], scheme: Scheme, **kwargs: Any) -> None:  # noqa: ANN401 -- as above
        super().__init__(*args, **kwargs)
        self.sides = offer_sides(self, sides, scheme)

    def clean_side(self) -> Participation:
        """Give the participation itself; the only one where nothing was sent."""
        return self.sides[self.cleaned_data["side"] or next(iter(self.sides))]


class ReportAbuse(StepForm):
    """What is wrong in a conversation."""

    reason = forms.ChoiceField(
        label=_("What is wrong"),
        widget=forms.RadioSelect,
        choices=AbuseReport.Reason.choices,
        error_messages=required(_("Choose what is wrong.")),
    )
    text = forms.CharField(
        label=_("In your own words"),
        max_length=LONGEST_MESSAGE,
        required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
    )


class CloseAbuseReport(forms.Form):
    """What the support office answers to whoever has reported something."""

    answer = forms.CharField(
        label=_("Your answer"),
        help_text=_("It goes by mail to whoever has reported it."),
        max_length=LONGEST_MESSAGE,
        widget=forms.Textarea(attrs={"rows": 3}),
        error_messages={"required": _("Write what you have found and done.")},
    )
