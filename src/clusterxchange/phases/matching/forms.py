"""What people type to find a partner, to propose and to answer."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import date
from typing import Any, cast

from django import forms
from django.core.exceptions import ValidationError
from django.http import QueryDict
from django.utils.formats import date_format, number_format
from django.utils.translation import get_language, gettext
from django.utils.translation import gettext_lazy as _

from clusterxchange.foundation.folding import fold
from clusterxchange.phases.matching.models import AbuseReport
from clusterxchange.phases.matching.queries import name_shown
from clusterxchange.phases.matching.search import Wanted, words_in
from clusterxchange.phases.registration.models import Participation
from clusterxchange.scheme import code_lists, countries, economic_activities, regions
from clusterxchange.scheme.document import Scheme
from clusterxchange.workflow import engine, sentences
from clusterxchange.workflow.pages import StepForm, ThreadForm

LONGEST_MESSAGE = 2000
LONGEST_WORDS = 100
MOST_PLACES = 200
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


# How far away at most; under 200 km an exchange is paid at half (scheme.md section 6).
KILOMETRES = (200, 500, 1000, 2000)
DAYS_WISHED = {
    "short": _("3 or 4 working days"),
    "week": _("5 to 9 working days"),
    "long": _("10 or more working days"),
}
# Which values there are, the catalogue itself says.
OPEN_LISTS = frozenset({"region", "keyword", "partnership"})
VALUES_AT_MOST = 50


def day_of_a_filter(label: Any) -> forms.DateField:  # noqa: ANN401 -- a lazy translation
    """Give a day that may be left out."""
    return forms.DateField(
        label=label,
        required=False,
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        error_messages={"invalid": _("Write the day as year, month and day, for example 2026-04-20.")},
    )


class CatalogueFilters(forms.Form):
    """What narrows the catalogue. It stands in the address; what no list offers counts for nothing, and is told."""

    q = forms.CharField(
        label=_("Words"),
        help_text=_("Parts of words count, accents do not."),
        required=False,
        max_length=LONGEST_WORDS,
        error_messages={"max_length": _("Write at most %(limit_value)d characters, for example one or two words.")},
        widget=forms.TextInput(attrs={"type": "search"}),
    )
    first_day = day_of_a_filter(_("From"))
    last_day = day_of_a_filter(_("To"))

    def __init__(self, sent: QueryDict, scheme: Scheme, *, shows_roles: bool) -> None:
        super().__init__(sent, auto_id="%s")
        self.sent = sent
        language = get_language() or "en"
        self.lists: dict[str, list[tuple[str, str]]] = {
            "role": code_lists.choices(scheme, "roles") if shows_roles else [],
            "type": code_lists.choices(scheme, "organisation_types"),
            "country": countries.participating_countries(scheme, language),
            "region": [],
            "ecosystem": code_lists.choices(scheme, "ecosystems"),
            "nace": economic_activities.divisions(language),
            "keyword": [],
            "purpose": code_lists.choices(scheme, "purposes"),
            "activity": code_lists.choices(scheme, "activity_types"),
            "language": code_lists.choices(scheme, "languages"),
            "format": code_lists.choices(scheme, "formats"),
            "days": [(code, str(label)) for code, label in DAYS_WISHED.items()],
            "partnership": [],
        }
        self.values = {name: self._chosen(name, offered) for name, offered in self.lists.items()}
        self.kilometres = next((km for km in KILOMETRES if str(km) == sent.get("within")), None)
        self.only_shared_days = sent.get("dates") == "shared"

    def _chosen(self, name: str, offered: list[tuple[str, str]]) -> list[str]:
        sent = list(dict.fromkeys(value for value in self.sent.getlist(name) if value))[:VALUES_AT_MOST]
        if name in OPEN_LISTS:
            return [value for value in sent if len(value) <= LONGEST_WORDS and "\x00" not in value]
        return [code for code, _label in offered if code in sent]

    def clean_q(self) -> str:
        """Ask for a letter or a digit where only signs were typed."""
        typed: str = self.cleaned_data["q"]
        if typed and not words_in(typed):
            raise ValidationError(_("Write a word or a number. Signs alone find nothing."), code="no_word")
        return typed

    def clean(self) -> dict[str, Any]:
        """See that the last day is not before the first."""
        answers = super().clean() or {}
        first, last = answers.get("first_day"), answers.get("last_day")
        if first and last and last < first:
            self.add_error("last_day", ValidationError(_("Choose a day after the first one."), code="end_before_start"))
        return answers

    def left_out(self) -> bool:
        """Whether the address asks for something that no list offers."""
        asked = {name: {value for value in self.sent.getlist(name) if value} for name in self.lists}
        return any(asked[name] - set(self.values[name]) for name in self.lists)

    def wanted(self, *, position: tuple[float, float] | None, windows: Sequence[tuple[date, date]] | None) -> Wanted:
        """Give what was understood; the position and the windows are those of whom the search is for."""
        self.is_valid()
        answers = self.cleaned_data
        return Wanted(
            words=answers.get("q", ""),
            facets={name: [fold(value) for value in chosen] if name == "keyword" else chosen
                    for name, chosen in self.values.items()},
            first_day=answers.get("first_day"),
            last_day=answers.get("last_day"),
            windows=windows if self.only_shared_days else None,
            kilometres=self.kilometres,
            position=position,
        )  # fmt: skip

    def in_use(self) -> Iterator[tuple[str, str, str]]:
        """Give each filter in use: its name, its value and its words."""
        if words := self.cleaned_data.get("q"):
            yield "q", words, words
        for name, chosen in self.values.items():
            labels = dict(self.lists[name])
            yield from ((name, code, labels.get(code) or label_of_open(name, code)) for code in chosen)
        for name, sentence in (("first_day", _("From %(day)s")), ("last_day", _("To %(day)s"))):
            if day := self.cleaned_data.get(name):
                yield name, self.data[name], str(sentence) % {"day": date_format(day, gettext("j E Y"))}
        if self.only_shared_days:
            yield "dates", "shared", gettext("On days on which you are available too")
        if self.kilometres is not None:
            yield "within", str(self.kilometres), label_of_kilometres(self.kilometres)


def label_of_open(name: str, value: str) -> str:
    """Give the words for a value of a list that the catalogue itself makes."""
    return regions.written(value) if name == "region" else value


def label_of_kilometres(kilometres: int) -> str:
    """Say how far away at most."""
    return gettext("Within %(kilometres)s km") % {"kilometres": number_format(kilometres, force_grouping=True)}


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


class OfferDates(forms.Form):
    """Days that one side offers to the other."""

    first_day = forms.DateField(
        label=_("First day at the host"),
        widget=forms.DateInput(attrs={"type": "date"}),
        error_messages={"required": _("Choose the first day."), "invalid": _("Write a day, for example 2026-04-14")},
    )
    last_day = forms.DateField(
        label=_("Last day at the host"),
        widget=forms.DateInput(attrs={"type": "date"}),
        error_messages={"required": _("Choose the last day."), "invalid": _("Write a day, for example 2026-04-14")},
    )


HALVES_OF_A_DAY = {"morning": _("morning"), "afternoon": _("afternoon")}
LONGEST_AGENDA = 31


class ProgrammeForm(forms.Form):
    """A group exchange: days, places, and what happens in each half of each working day."""

    title = forms.CharField(
        label=_("Title"), max_length=200, error_messages={"required": _("Write what the group exchange is about.")}
    )
    description = forms.CharField(
        label=_("What the group learns and does"),
        max_length=LONGEST_MESSAGE,
        widget=forms.Textarea(attrs={"rows": 5}),
        error_messages={"required": _("Write what the group learns and does.")},
    )
    place = forms.CharField(
        label=_("Place"), max_length=200, error_messages={"required": _("Write where the group meets.")}
    )
    first_day = forms.DateField(
        label=_("First day"),
        widget=forms.DateInput(attrs={"type": "date"}),
        error_messages={"required": _("Choose the first day."), "invalid": _("Write a day, for example 2026-04-14")},
    )
    last_day = forms.DateField(
        label=_("Last day"),
        widget=forms.DateInput(attrs={"type": "date"}),
        error_messages={"required": _("Choose the last day."), "invalid": _("Write a day, for example 2026-04-14")},
    )
    asked_until = forms.DateField(
        label=_("Last day to ask for a seat"),
        widget=forms.DateInput(attrs={"type": "date"}),
        error_messages={"required": _("Choose a day."), "invalid": _("Write a day, for example 2026-04-14")},
    )
    places = forms.IntegerField(
        label=_("Places for visitors"),
        min_value=1,
        max_value=MOST_PLACES,
        error_messages={"required": _("Write a number."), "invalid": _("Write a number.")},
    )

    def __init__(self, *args: Any, days: Callable[[date, date], list[date]], **kwargs: Any) -> None:  # noqa: ANN401 -- as above
        super().__init__(*args, **kwargs)
        first, last = (self._day_given(name) for name in ("first_day", "last_day"))
        self.agenda_days = days(first, last)[:LONGEST_AGENDA] if first and last and first <= last else []
        for day in self.agenda_days:
            for half, label in HALVES_OF_A_DAY.items():
                words = {"day": date_format(day, gettext("l, j E Y")), "half": label}
                self.fields[f"agenda_{day.isoformat()}_{half}"] = forms.CharField(
                    label=gettext("%(day)s, %(half)s") % words, max_length=300, required=False
                )

    def _day_given(self, name: str) -> date | None:
        value = self.data.get(name) if self.is_bound else self.initial.get(name)
        try:
            return forms.DateField().clean(value)  # type: ignore[no-any-return]  # -- of an untyped method
        except ValidationError:
            return None

    @property
    def first_of_agenda(self) -> str | None:
        """The first field of the agenda; None, for the whole form, where no day is known yet."""
        return f"agenda_{self.agenda_days[0].isoformat()}_morning" if self.agenda_days else None

    def values(self) -> dict[str, Any]:
        """Give the columns of the group exchange."""
        cleaned = dict(self.cleaned_data)
        agenda = [
            {
                "day": day.isoformat(),
                "half": half,
                "activity": cleaned.pop(f"agenda_{day.isoformat()}_{half}", "").strip(),
                "place": cleaned["place"],
                "people": "",
                "result": "",
            }
            for day in self.agenda_days
            for half in HALVES_OF_A_DAY
        ]
        return cleaned | {"agenda": agenda}


class AskForSeat(forms.Form):
    """A request for a seat in a group exchange."""

    side = forms.ChoiceField(label=SIDE_LABEL, error_messages=required(_("Choose on whose behalf you write.")))
    message = RequiredMessage(
        label=_("Why you want to take part"),
        help_text=_("The host reads it before it gives the seats."),
        max_length=LONGEST_MESSAGE,
        widget=forms.Textarea(attrs={"rows": 4}),
    )

    def __init__(self, *args: Any, sides: Iterable[Participation], scheme: Scheme, **kwargs: Any) -> None:  # noqa: ANN401 -- as above
        super().__init__(*args, **kwargs)
        self.sides = offer_sides(self, sides, scheme)

    def clean_side(self) -> Participation:
        """Give the participation itself; the only one where nothing was sent."""
        return self.sides[self.cleaned_data["side"] or next(iter(self.sides))]


class NameGuest(forms.Form):
    """Somebody of the host's country who joins without a seat."""

    name = forms.CharField(label=_("Name"), max_length=170, error_messages={"required": _("Write the name.")})
    organisation_name = forms.CharField(
        label=_("Organisation"), max_length=200, error_messages={"required": _("Write the organisation.")}
    )
    country = forms.ChoiceField(label=_("Country"), error_messages={"required": _("Choose the country.")})

    def __init__(self, *args: Any, scheme: Scheme, **kwargs: Any) -> None:  # noqa: ANN401 -- as above
        super().__init__(*args, **kwargs)
        known = countries.participating_countries(scheme, get_language() or "en")
        cast("forms.ChoiceField", self.fields["country"]).choices = [("", gettext("Choose a country")), *known]


class ConfirmPlannedPair(forms.Form):
    """What both sides read beside the support office's suggestion."""

    message = forms.CharField(
        label=_("Why the two fit"),
        help_text=_("Both sides read it."),
        max_length=LONGEST_MESSAGE,
        required=False,
        widget=forms.Textarea(attrs={"rows": 2}),
    )
