"""The sections of the registration, and what each step on an application or a participation asks."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from functools import cached_property
from typing import Any

from babel import Locale
from django import forms
from django.core.exceptions import ValidationError
from django.forms.utils import ErrorDict
from django.urls import reverse
from django.utils.datastructures import MultiValueDict
from django.utils.html import format_html
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _
from stdnum import get_cc_module
from stdnum.exceptions import ValidationError as NumberIsWrong

from clusterxchange.access.actions import Action
from clusterxchange.access.capacities import HP
from clusterxchange.foundation import files, pictures
from clusterxchange.foundation.asked import asked
from clusterxchange.foundation.examples import with_example
from clusterxchange.foundation.folding import fold
from clusterxchange.foundation.models import StoredFile
from clusterxchange.parties.organisations import towns
from clusterxchange.parties.partnerships.models import Partnership
from clusterxchange.phases.registration import queries, rules
from clusterxchange.phases.registration.assistance import letters
from clusterxchange.phases.registration.models import Application, ChecklistAnswer, Decision, PartnershipChoice
from clusterxchange.scheme import code_lists, countries, economic_activities, regions
from clusterxchange.scheme.calendars import ONE_DAY
from clusterxchange.scheme.document import Role, Scheme
from clusterxchange.scheme.editions import BRUSSELS
from clusterxchange.workflow.pages import StepForm

LANGUAGE_ROWS, WINDOW_ROWS, COUNTRY_ROWS = 4, 3, 3
MOST_DAYS, MOST_PLACES, EARLIEST_YEAR = 31, 50, 1500
SHORT = {"size": 12}
TELEPHONE = re.compile(r"\+?[0-9 ()/.\-]{6,30}")
VAT_SHAPE = re.compile(r"[A-Z0-9]{4,20}")
REGISTRATION_SHAPE = re.compile(r"(?=.*\w)[\w ./\-]{2,60}")
# A number of the German register names its court, which people give in many ways.
NUMBERS_NOT_HELD_AGAINST_A_RULE = frozenset({"DE"})
COMPANIES = frozenset({"sme", "large_company"})
# What is wrong only because the other half is not typed yet: nobody is told while they still type.
HALF_TYPED = frozenset({"level_missing", "language_missing", "window_incomplete", "position_incomplete"})
CODE_LENGTH = 2
# Groups, oceans and test codes that stand among the territories.
NO_COUNTRY = frozenset({"EU", "EZ", "UN", "QO", "XA", "XB", "ZZ"})
LOGO_LARGEST, LOGO_SIDE = 2 * 1024 * 1024, 640

ASSIGN = "assign"


class Unanswered(forms.RadioSelect):
    """Radio buttons of which none is chosen until somebody chooses."""


def code_choices(scheme: Scheme, name: str) -> list[tuple[str, str]]:
    """Give the codes of a list of the scheme with their words."""
    return code_lists.choices(scheme, name)


def with_none(choices: Iterable[tuple[str, str]]) -> list[tuple[str, str]]:
    """Put the empty choice of a list in front."""
    return [("", _("Choose from the list")), *choices]


def translated(choices: Iterable[tuple[str, Any]]) -> list[tuple[str, str]]:
    """Give the choices of a column in the reader's language."""
    return [(code, str(label)) for code, label in choices]


def known_countries(scheme: Scheme) -> list[tuple[str, str]]:
    """Give every country that the edition names, those that take part first."""
    language = get_language() or "en"
    participating = countries.participating_countries(scheme, language)
    others = [
        (code, countries.country_name(code, language))
        for code, country in scheme.countries.items()
        if not country.participates
    ]
    return [*participating, *others]


def all_territories() -> list[tuple[str, str]]:
    """Give every country of the world by name, for a nationality."""
    language = get_language() or "en"
    listed = (str(code) for code in Locale("en").territories)
    codes = [code for code in listed if len(code) == CODE_LENGTH and code.isalpha() and code not in NO_COUNTRY]
    rows = [(code, countries.country_name(code, language)) for code in codes]
    return sorted(rows, key=lambda row: fold(row[1]))


def choice(label: Any, choices: Iterable[tuple[str, str]], **more: Any) -> forms.ChoiceField:  # noqa: ANN401 -- Django's arguments
    """Make radio buttons, one of them to be chosen."""
    return forms.ChoiceField(
        label=label, choices=list(choices), required=False, widget=Unanswered, error_messages=NOT_ON_THE_LIST, **more
    )


def choices(label: Any, offered: Iterable[tuple[str, str]], **more: Any) -> forms.MultipleChoiceField:  # noqa: ANN401 -- as above
    """Make check boxes, several of them to be ticked."""
    return forms.MultipleChoiceField(
        label=label,
        choices=list(offered),
        required=False,
        widget=forms.CheckboxSelectMultiple,
        error_messages=NOT_ON_THE_LIST,
        **more,
    )


def listing(label: Any, offered: Iterable[tuple[str, str]], **more: Any) -> forms.ChoiceField:  # noqa: ANN401 -- as above
    """Make a list to choose one from."""
    return forms.ChoiceField(
        label=label,
        choices=with_none(offered),
        required=False,
        widget=forms.Select,
        error_messages=NOT_ON_THE_LIST,
        **more,
    )


def text(label: Any, length: int, **more: Any) -> forms.CharField:  # noqa: ANN401 -- as above
    """Make a line to write in."""
    messages = {"max_length": gettext_lazy("Write at most %(limit_value)d characters; these are %(show_value)d")}
    return forms.CharField(label=label, max_length=length, required=False, error_messages=messages, **more)


def long_text(label: Any, length: int, **more: Any) -> forms.CharField:  # noqa: ANN401 -- as above
    """Make an area to write in."""
    return text(label, length, widget=forms.Textarea, **more)


def number(label: Any, lowest: int, highest: int | None = None, **more: Any) -> forms.IntegerField:  # noqa: ANN401 -- as above
    """Make a field for a whole number, which may be typed with spaces or commas between the thousands."""
    return WholeNumber(label=label, min_value=lowest, max_value=highest, required=False, **more)


def link(label: Any, **more: Any) -> forms.URLField:  # noqa: ANN401 -- as above
    """Make a field for an address on the web; the scheme in front may be left out."""
    messages = {"invalid": gettext_lazy("Write the address with its ending, for example nowawic.example")}
    return forms.URLField(label=label, required=False, assume_scheme="https", error_messages=messages, **more)


NOT_ON_THE_LIST = {
    "invalid_choice": gettext_lazy("Choose one of the answers offered"),
    "invalid_list": gettext_lazy("Choose from the answers offered"),
}


class NeededText(forms.CharField):
    """A text that is needed; the form that has it says what is missing, with a code of its own."""

    def __init__(self, *, rows: int = 4, **kwargs: Any) -> None:  # noqa: ANN401 -- Django's arguments
        super().__init__(widget=forms.Textarea(attrs={"rows": rows}), **kwargs)

    def validate(self, value: str) -> None:
        """Leave an empty answer to the form."""


class NeededChoice(forms.ChoiceField):
    """A choice that is needed; the form that has it says what is missing, with a code of its own."""

    def validate(self, value: str) -> None:
        """Check a choice that was made; leave an empty answer to the form."""
        if value:
            super().validate(value)


class WholeNumber(forms.IntegerField):
    """A whole number as people type it."""

    default_error_messages = {
        "invalid": gettext_lazy("Write a whole number, for example 38"),
        "min_value": gettext_lazy("Write a number from %(limit_value)s on"),
        "max_value": gettext_lazy("Write a number up to %(limit_value)s"),
    }

    def __init__(self, **kwargs: Any) -> None:  # noqa: ANN401 -- Django's arguments
        kwargs.setdefault("widget", forms.TextInput(attrs={"inputmode": "numeric"}))
        super().__init__(**kwargs)

    def to_python(self, value: Any) -> int | None:  # noqa: ANN401 -- as typed
        """Read the number without the marks between its thousands."""
        if isinstance(value, str):
            value = re.sub(r"(?<=\d)[ \u00a0\u202f.,'’](?=\d{3}(?:\D|$))", "", value.strip())
        return super().to_python(value)


class DayInput(forms.DateInput):
    """The browser's own field for a day."""

    input_type = "date"

    def __init__(self) -> None:
        super().__init__(format="%Y-%m-%d")


def day(label: Any, **more: Any) -> forms.DateField:  # noqa: ANN401 -- as above
    """Make a field for a day."""
    messages = {"invalid": gettext_lazy("Write the day as year-month-day, for example 2026-05-04")}
    return forms.DateField(
        label=label,
        required=False,
        widget=DayInput(),
        input_formats=["%Y-%m-%d", "%d.%m.%Y", "%d/%m/%Y"],
        error_messages=messages,
        **more,
    )


class CheckedFile(forms.FileField):
    """A file that has gone through the one door for files; its cleaned value is what the door gave."""

    def __init__(self, *, allowed: Iterable[str], largest: int = files.LARGEST, **kwargs: Any) -> None:  # noqa: ANN401 -- Django's arguments
        self.allowed, self.largest = tuple(allowed), largest
        endings = ",".join(sorted(ending for kind in self.allowed for ending in files.EXTENSIONS[kind]))
        kwargs.setdefault("widget", forms.FileInput(attrs={"accept": endings}))
        super().__init__(required=False, max_length=200, **kwargs)

    def clean(self, data: Any, initial: Any = None) -> Any:  # noqa: ANN401 -- as Django hands it over
        """Check the file and give content, type and name; nothing where none was sent."""
        del initial  # what is kept stays where it is
        if not data:
            return None
        sentences = {
            "file_empty": _("The file is empty: choose another one"),
            "file_too_large": _("The file is too large: at most %(limit)d MB") % {"limit": self.largest // 1024**2},
            "file_type_not_allowed": _("Choose a file of another kind: %(kinds)s") % {"kinds": self.kinds},
            "file_name_does_not_match": _(
                "The ending of the file's name does not fit its content: choose another file"
            ),
            "file_has_active_content": _(
                "The file carries out something when it is opened: save it without macros and scripts, then try again"
            ),
            "file_unpacks_too_large": _("The file unpacks to far more than it seems: save it anew, then try again"),
        }
        if data.size > self.largest:
            raise ValidationError(sentences["file_too_large"], code="file_too_large")
        try:
            return files.check(data, self.allowed)
        except files.FileRefused as refused:
            raise ValidationError(sentences[refused.code], code=refused.code) from refused

    @property
    def kinds(self) -> str:
        """Name the kinds of file that may come in."""
        endings = {files.PDF: "PDF", files.DOCX: "DOCX", files.PNG: "PNG", files.JPEG: "JPEG"}
        return ", ".join(endings[kind] for kind in self.allowed)


def logo_field() -> CheckedFile:
    """Make a field for a logo."""
    return CheckedFile(
        label=_("Logo"),
        allowed=(files.PNG, files.JPEG),
        largest=LOGO_LARGEST,
        help_text=_("A PNG or JPEG file of at most 2 MB"),
    )


def logo_drawn_anew(checked: Any) -> Any:  # noqa: ANN401 -- what CheckedFile gives, or nothing
    """Draw a logo anew in the size of a page, so that nothing comes along with it.

    :raises ValidationError: it is no picture that can be read.
    """
    if not checked:
        return checked
    content, kind, name = checked
    if not pictures.can_be_read(content):
        raise ValidationError(_("The picture cannot be read: save it anew, then try again"), code="file_is_damaged")
    return pictures.drawn_anew(content, kind, largest_side=LOGO_SIDE), kind, name


def stored(checked: Any, at: datetime) -> StoredFile:  # noqa: ANN401 -- what CheckedFile gives
    """Keep a file that has been checked."""
    content, kind, name = checked
    return files.store(content, name, kind, at)


@dataclass(frozen=True)
class FormRow:
    """Fields that stand side by side, and those that are saved with them when one of them is left."""

    fields: Sequence[forms.BoundField]
    saved_with: Sequence[str]

    @property
    def first(self) -> forms.BoundField:
        """Give the field by which the row is known."""
        return self.fields[0]

    @property
    def names(self) -> str:
        """Name the fields that may have been left, with commas between them."""
        return ",".join(field.name for field in self.fields)

    @property
    def is_file(self) -> bool:
        """Whether the row takes a file, which goes its own way."""
        return isinstance(self.first.field, CheckedFile)

    @property
    def is_long(self) -> bool:
        """Whether people write in it for so long that it is saved before it is left."""
        return isinstance(self.first.field.widget, forms.Textarea)


class SectionForm(forms.Form):
    """A section of the registration: nothing is required to save it, but a wrong value is refused at its field.

    `later` names the fields that can wait until after the submission; they stand under "later, if you like".
    `side_by_side` names fields that make one question. `files_kept` are those whose value is a file: an empty one
    leaves what is kept. `saved_together` names fields of which none can be judged without the others.
    With `only` the form is about those fields alone. Without data it shows what is kept, and what was typed wrong as it
    was typed, with the reason.
    """

    section = ""
    later: tuple[str, ...] = ()
    files_kept: tuple[str, ...] = ()
    side_by_side: tuple[tuple[str, ...], ...] = ()
    saved_together: tuple[tuple[str, ...], ...] = ()

    def __init__(
        self,
        *args: Any,  # noqa: ANN401 -- Django's arguments
        application: Application,
        scheme: Scheme,
        at: datetime,
        only: Iterable[str] | None = None,
        **kwargs: Any,  # noqa: ANN401 -- as above
    ) -> None:
        self.application, self.scheme, self.at = application, scheme, at
        kwargs = {"initial": {}, **kwargs, "use_required_attribute": False}
        super().__init__(*args, **kwargs)
        self.fields |= self.questions()
        if only is not None:
            self.fields = {name: field for name, field in self.fields.items() if name in set(only)}
        for name in self.fields:
            self.initial.setdefault(name, self.kept(name))
        typed = rules.typed_wrongly(application, self.section)
        if not self.is_bound and typed.keys() & self.fields.keys():
            self.data, self.is_bound = self._as_typed(typed), True
        required = rules.required_questions(scheme, application)
        columns = {column for name in required for column in rules.QUESTIONS[name].columns}
        for name, field in self.fields.items():
            if name not in self.later and (name in columns or name in self.also_asked()):
                asked(field)

    def questions(self) -> dict[str, forms.Field]:
        """Give the fields of the section for this application."""
        raise NotImplementedError

    def _as_typed(self, typed: Mapping[str, Sequence[str]]) -> "MultiValueDict[str, str]":
        data: MultiValueDict[str, str] = MultiValueDict()
        for name, field in self.fields.items():
            if name in typed:
                data.setlist(name, list(typed[name]))
                continue
            kept = field.prepare_value(self.initial[name])
            if isinstance(kept, list | tuple):
                data.setlist(name, [str(one) for one in kept])
            elif kept is True:
                data[name] = "on"
            elif kept not in (None, "", False) and not isinstance(field, CheckedFile):
                data[name] = str(kept)
        return data

    def group_of(self, name: str) -> tuple[str, ...]:
        """Give the fields that are saved when one of them is left."""
        return next((names for names in self.saved_together if name in names), (name,))

    def typed(self) -> dict[str, list[str]]:
        """Give by field what was typed and cannot be taken, nothing for what can; a group stands or falls together."""
        found: dict[str, list[str]] = {}
        for name, field in self.fields.items():
            if isinstance(field, CheckedFile):
                continue
            is_wrong = any(one in self.errors for one in self.group_of(name))
            found[name] = _texts(self.data, name) if is_wrong else []
        return found

    def silence_half_typed(self) -> None:
        """Leave out what is wrong only until the other half is typed."""
        for name in list(self.errors):
            if all(error.code in HALF_TYPED for error in self.errors[name].as_data()):
                del self.errors[name]

    def also_asked(self) -> frozenset[str]:
        """Give fields that are asked before submitting although their column has another name."""
        return frozenset()

    def kept(self, name: str) -> Any:  # noqa: ANN401 -- an answer
        """Give the answer that is kept for a field."""
        try:
            return rules.answer_of(self.application, name)
        except KeyError:
            return None

    def answers(self) -> dict[str, Any]:
        """Give what was answered rightly, by column."""
        found = {name: answer for name, answer in self.cleaned_data.items() if name not in self.files_kept}
        for name in self.files_kept:
            if self.cleaned_data.get(name):
                found[name] = stored(self.cleaned_data[name], self.at)
        for name, answer in found.items():
            field = self.fields.get(name)
            if answer is None and field is not None and not isinstance(field, (forms.IntegerField, forms.FloatField)):
                found[name] = ""
        return found

    @property
    def main(self) -> list[FormRow]:
        """Give the fields that are asked now, those that belong together in one row."""
        return self._rows(name for name in self.fields if name not in self.later)

    @property
    def afterwards(self) -> list[FormRow]:
        """Give the fields that can wait."""
        return self._rows(name for name in self.fields if name in self.later)

    def _rows(self, names: Iterable[str]) -> list[FormRow]:
        rows: list[list[str]] = []
        together: tuple[str, ...] = ()
        for name in names:
            if name in together:
                rows[-1].append(name)
            else:
                together = next((one for one in self.side_by_side if name in one), ())
                rows.append([name])
        return [
            FormRow(
                [self[name] for name in row], list(dict.fromkeys(one for name in row for one in self.group_of(name)))
            )
            for row in rows
        ]

    @property
    def has_errors_afterwards(self) -> bool:
        """Whether a field that can wait has come back."""
        return any(name in self.errors for name in self.later)


def _texts(data: Any, name: str) -> list[str]:  # noqa: ANN401 -- a dictionary of several values, or a plain one
    given = data.getlist(name) if hasattr(data, "getlist") else [data.get(name)]
    return [str(one) for one in given if one not in (None, "")]


class YouForm(SectionForm):
    """Who speaks for the organisation."""

    section = rules.YOU
    later = (
        "title",
        "gender",
        "profile_link",
        "nationality",
        "has_residence_permit",
        "permit_document",
        "has_started_business",
    )
    files_kept = ("curriculum_vitae", "permit_document")
    side_by_side = (
        ("first_name", "last_name"),
        *((f"language_{row}", f"level_{row}") for row in range(1, LANGUAGE_ROWS + 1)),
    )
    saved_together = (tuple(f"{part}_{row}" for row in range(1, LANGUAGE_ROWS + 1) for part in ("language", "level")),)

    def questions(self) -> dict[str, forms.Field]:
        """Ask for name, work, languages and curriculum vitae."""
        days = self.scheme.eligibility.third_country_days
        named = {
            "first_name": text(_("First name"), 80, widget=forms.TextInput(attrs={"autocomplete": "given-name"})),
            "last_name": text(_("Last name"), 80, widget=forms.TextInput(attrs={"autocomplete": "family-name"})),
            "position": text(_("Position in the organisation"), 120),
            "phone": text(
                _("Telephone"),
                40,
                widget=forms.TextInput(attrs={"autocomplete": "tel", "inputmode": "tel"}),
                help_text=_("With the code of the country, for example +48 000 000 000"),
            ),
            "based_in": listing(
                _("Country where you are based"),
                known_countries(self.scheme),
                help_text=_("Where the establishment is in which you work"),
            ),
        }
        languages = code_choices(self.scheme, "languages")
        levels = code_choices(self.scheme, "language_levels")
        rows: dict[str, forms.Field] = {}
        for row in range(1, LANGUAGE_ROWS + 1):
            rows[f"language_{row}"] = listing(_("Language %(number)d") % {"number": row}, languages)
            rows[f"level_{row}"] = listing(_("Level of language %(number)d") % {"number": row}, levels)
        kinds = [
            {"pdf": files.PDF, "docx": files.DOCX}[kind] for kind in self.scheme.registration.curriculum_vitae_formats
        ]
        return {
            **named,
            **rows,
            "curriculum_vitae": CheckedFile(
                label=_("Curriculum vitae"),
                allowed=kinds,
                help_text=_("A PDF or DOCX file of at most 10 MB. Each opening of it is recorded."),
            ),
            "works_for_organisation": forms.BooleanField(label=_("I work for this organisation."), required=False),
            "title": listing(_("Title"), code_choices(self.scheme, "titles")),
            "gender": listing(
                _("Gender"),
                code_choices(self.scheme, "genders"),
                help_text=_("Only for statistics; nobody sees it beside your name"),
            ),
            "profile_link": link(_("Link to a profile of yours")),
            "nationality": listing(
                _("Nationality"),
                all_territories(),
                help_text=_(
                    "Only if you are a national of a country that does not take part; then answer the next three too"
                ),
            ),
            "has_residence_permit": forms.BooleanField(
                label=_("I have spent %(days)d days in a participating country with a residence permit.")
                % {"days": days},
                required=False,
            ),
            "permit_document": CheckedFile(
                label=_("Residence permit or a document like it"),
                allowed=(files.PDF, files.JPEG, files.PNG),
                help_text=_("A PDF, PNG or JPEG file of at most 10 MB"),
            ),
            "has_started_business": forms.BooleanField(
                label=_("I have started a business in a participating country, or intend to."), required=False
            ),
        }

    def also_asked(self) -> frozenset[str]:
        """Count the first language and the curriculum vitae."""
        return frozenset({"language_1", "level_1", "curriculum_vitae"})

    def kept(self, name: str) -> Any:  # noqa: ANN401 -- as above
        """Give the rows of languages from the one column that keeps them."""
        kind, _underscore, row = name.partition("_")
        if kind in {"language", "level"} and row.isdigit():
            held = list(self.application.representative.languages.items())
            index = int(row) - 1
            return held[index][0 if kind == "language" else 1] if index < len(held) else ""
        return super().kept(name)

    def clean_phone(self) -> str:
        """Accept digits and what people write between them."""
        given: str = self.cleaned_data["phone"]
        if given and not TELEPHONE.fullmatch(given):
            raise ValidationError(
                _("Write the number with digits only, for example +48 000 000 000"), code="phone_invalid"
            )
        return given

    def clean(self) -> dict[str, Any]:
        """Put the rows of languages together; each row has both or none."""
        cleaned = super().clean() or self.cleaned_data
        if "language_1" not in self.fields:
            return cleaned
        languages: dict[str, str] = {}
        for row in range(1, LANGUAGE_ROWS + 1):
            code, level = cleaned.pop(f"language_{row}", ""), cleaned.pop(f"level_{row}", "")
            if code and not level and f"level_{row}" not in self.errors:
                self.add_error(
                    f"level_{row}", ValidationError(_("Choose the level of this language"), code="level_missing")
                )
            elif level and not code and f"language_{row}" not in self.errors:
                self.add_error(
                    f"language_{row}", ValidationError(_("Choose the language as well"), code="language_missing")
                )
            elif code in languages:
                self.add_error(
                    f"language_{row}", ValidationError(_("This language is above already"), code="language_twice")
                )
            elif code and level:
                languages[code] = level
        if not any(name.startswith(("language_", "level_")) for name in self.errors):
            cleaned["languages"] = languages
        return cleaned


class OrganisationForm(SectionForm):
    """What the organisation is, and what it asks for."""

    section = rules.ORGANISATION
    later = ("short_name", "vat_number", "founded", "latitude", "longitude")
    side_by_side = (("postcode", "city"), ("latitude", "longitude"))
    saved_together = (
        ("country", "region", "vat_number", "registration_number", "organisation_type"),
        ("latitude", "longitude"),
    )

    def questions(self) -> dict[str, forms.Field]:
        """Ask for role and type first: the next sections depend on them."""
        scheme = self.scheme
        return {
            "role": choice(
                _("What would you like to do?"),
                [
                    ("visit", _("Visit: your organisation may visit once")),
                    ("host", _("Host: you may receive visitors as often as you like")),
                    ("both", _("Both")),
                ],
            ),
            "organisation_type": choice(
                _("Type of organisation"),
                code_choices(scheme, "organisation_types"),
                help_text=_("The next section depends on it"),
            ),
            "legal_name": text(
                _("Legal name"),
                200,
                help_text=_("As in the register of companies"),
                widget=forms.TextInput(attrs={"autocomplete": "organization"}),
            ),
            "registration_number": text(
                _("Registration number"), 60, help_text=_("The number in the register of your country")
            ),
            "country": listing(_("Country"), known_countries(scheme)),
            "street": text(
                _("Street and number"), 200, widget=forms.TextInput(attrs={"autocomplete": "street-address"})
            ),
            "postcode": text(_("Postcode"), 20, widget=forms.TextInput(attrs={"autocomplete": "postal-code", **SHORT})),
            "city": text(_("Town"), 100, widget=forms.TextInput(attrs={"autocomplete": "address-level2"})),
            "region": text(
                _("Region"), 120, help_text=_("Type its name, or its code in the statistics of Europe, and choose")
            ),
            "short_name": text(_("Short name"), 80),
            "vat_number": text(
                _("VAT number"), 30, help_text=_("With the letters of the country, for example PL and ten digits")
            ),
            "founded": number(_("Year of foundation"), EARLIEST_YEAR, self.at.year),
            "latitude": forms.FloatField(
                label=_("Position: latitude"),
                min_value=-90,
                max_value=90,
                required=False,
                error_messages=DEGREES,
                widget=forms.TextInput(attrs={"inputmode": "decimal", **SHORT}),
                help_text=_(
                    "In degrees, for example 51.7592. Distances are measured from here, or else from the capital of "
                    "the country. The agreement can correct the distance."
                ),
            ),
            "longitude": forms.FloatField(
                label=_("Position: longitude"),
                min_value=-180,
                max_value=180,
                required=False,
                error_messages=DEGREES,
                widget=forms.TextInput(attrs={"inputmode": "decimal", **SHORT}),
                help_text=_("In degrees, for example 19.4560"),
            ),
        }

    def also_asked(self) -> frozenset[str]:
        """Count the role; and the region while no country is known that has none."""
        return frozenset({"role"} if self.application.organisation.country else {"role", "region"})

    def kept(self, name: str) -> Any:  # noqa: ANN401 -- as above
        """Give both roles as one answer."""
        if name == "role":
            asked = {role.value for role in rules.roles_asked(self.application)}
            return "both" if len(asked) > 1 else next(iter(asked), "")
        if name == "region":
            return regions.written(self.application.organisation.region)
        return super().kept(name)

    def clean(self) -> dict[str, Any]:
        """Turn the role into its two columns, and check what depends on the country."""
        cleaned = super().clean() or self.cleaned_data
        role = cleaned.pop("role", None)
        if role is not None:
            cleaned["asks_visit"], cleaned["asks_host"] = role in {"visit", "both"}, role in {"host", "both"}
        country = cleaned.get("country") or self.application.organisation.country
        if cleaned.get("vat_number"):
            self._clean_vat_number(cleaned, country)
        if cleaned.get("registration_number"):
            self._check_registration_number(cleaned, country)
        if cleaned.get("region") and regions.are_known(country):
            self._clean_region(cleaned, country)
        if ("latitude" in cleaned and "longitude" in cleaned) and (cleaned["latitude"] is None) != (
            cleaned["longitude"] is None
        ):
            lacking = "latitude" if cleaned["latitude"] is None else "longitude"
            self.add_error(
                lacking, ValidationError(_("Write both degrees, or neither of them"), code="position_incomplete")
            )
            cleaned.pop("latitude", None)
            cleaned.pop("longitude", None)
        elif "city" in self.fields or "country" in self.fields:
            self._propose_position(cleaned, country)
        return cleaned

    def _check_registration_number(self, cleaned: dict[str, Any], country: str) -> None:
        given = cleaned["registration_number"]
        kind = cleaned.get("organisation_type") or self.application.organisation.organisation_type
        module = get_cc_module(country.lower(), "businessid") if country else None
        if not REGISTRATION_SHAPE.fullmatch(given):
            sentence = _("Write the number with letters and digits, 2 to 60 of them")
            self.add_error("registration_number", ValidationError(sentence, code="registration_number_invalid"))
        elif (
            module is not None
            and kind in COMPANIES
            and country not in NUMBERS_NOT_HELD_AGAINST_A_RULE
            and not module.is_valid(given)
        ):
            sentence = _("The register of this country has no such numbers: compare each digit with your extract")
            self.add_error("registration_number", ValidationError(sentence, code="registration_number_invalid"))

    def _clean_region(self, cleaned: dict[str, Any], country: str) -> None:
        code = regions.code_of(cleaned["region"], country)
        if code is None:
            sentence = _("The country has no region of this name: type its beginning and choose from the list")
            self.add_error("region", ValidationError(sentence, code="region_unknown"))
        else:
            cleaned["region"] = code

    def _propose_position(self, cleaned: dict[str, Any], country: str) -> None:
        """Take the position of the town, unless somebody has put another one in its place."""
        organisation = self.application.organisation
        kept = (organisation.latitude, organisation.longitude)
        if "latitude" in self.fields and (cleaned.get("latitude"), cleaned.get("longitude")) != kept:
            return
        town_before = towns.find(organisation.city, organisation.country)
        if kept != (None, None) and (town_before is None or kept != (town_before.latitude, town_before.longitude)):
            return
        town = towns.find(cleaned.get("city", organisation.city), country)
        cleaned["latitude"], cleaned["longitude"] = (town.latitude, town.longitude) if town else (None, None)

    def _clean_vat_number(self, cleaned: dict[str, Any], country: str) -> None:
        given = re.sub(r"[\s.\-/]", "", cleaned["vat_number"]).upper()
        module = get_cc_module(country.lower(), "vat") if country else None
        if module is not None:
            try:
                bare = module.validate(given)
            except NumberIsWrong:
                sentence = _("This is no VAT number of the country: check each digit, or leave it empty")
                self.add_error("vat_number", ValidationError(sentence, code="vat_number_invalid"))
                return
            letters = "EL" if country == "GR" else country
            cleaned["vat_number"] = bare if bare.startswith(letters) else f"{letters}{bare}"
        elif not VAT_SHAPE.fullmatch(given):
            sentence = _("Write the VAT number with letters and digits only, 4 to 20 of them")
            self.add_error("vat_number", ValidationError(sentence, code="vat_number_invalid"))
        else:
            cleaned["vat_number"] = given


DEGREES = {
    "invalid": gettext_lazy("Write degrees with a point, for example 51.7592"),
    "min_value": gettext_lazy("Write degrees from %(limit_value)s on"),
    "max_value": gettext_lazy("Write degrees up to %(limit_value)s"),
}


class ProfileForm(SectionForm):
    """What the organisation does, as a partner will read it."""

    section = rules.PROFILE
    later = ("offers", "logo")
    files_kept = ("logo",)

    def questions(self) -> dict[str, forms.Field]:
        """Ask for the field of work, in the scheme's words and in the organisation's own."""
        scheme = self.scheme
        return {
            "website": link(_("Website")),
            "description": with_example(
                long_text(
                    _("What your organisation does"),
                    scheme.registration.description_characters,
                    help_text=_("Two or three sentences for a reader who does not know your field"),
                ),
                _(
                    "We weave cloth for furniture from recycled yarn. "
                    "Our 22 people run ten looms and a small dye house. "
                    "We sell to makers of sofas in four countries."
                ),
            ),
            "ecosystems": choices(
                _("Industrial ecosystems"),
                code_choices(scheme, "ecosystems"),
                help_text=_("Tick those in which you work"),
            ),
            "nace": text(
                _("Economic activity"),
                250,
                help_text=_("Type a word or digits of the European classification %(revision)s, and choose")
                % {"revision": economic_activities.REVISION},
            ),
            "keywords": text(
                _("Your field in words of your own"), 300, help_text=_("A few words with commas between them")
            ),
            "offers": text(_("What you offer, in keywords"), 300, help_text=_("A few words with commas between them")),
            "logo": logo_field(),
        }

    def kept(self, name: str) -> Any:  # noqa: ANN401 -- as above
        """Give an activity with its title."""
        if name == "nace" and self.application.organisation.nace:
            return economic_activities.written(self.application.organisation.nace, get_language() or "en")
        return super().kept(name)

    def clean_logo(self) -> Any:  # noqa: ANN401 -- what the door gave
        """Draw the logo anew, so that nothing comes along with it."""
        return logo_drawn_anew(self.cleaned_data["logo"])

    def clean_nace(self) -> str:
        """Accept a division or a class that NACE has."""
        given: str = self.cleaned_data["nace"]
        if not given:
            return ""
        code = economic_activities.code_of(given)
        if code is None:
            sentence = _("NACE has no such activity: type a word of it and choose from the list")
            raise ValidationError(sentence, code="nace_unknown")
        return code


class SizeForm(SectionForm):
    """What depends on the type: size, cluster, the exception for hosts."""

    section = rules.SIZE
    side_by_side = (("people", "turnover_eur", "balance_eur"), ("members_total", "members_smes", "members_research"))
    saved_together = (("members_total", "members_smes", "members_research"),)

    def questions(self) -> dict[str, forms.Field]:
        """Ask only what applies to the type and the roles."""
        scheme, organisation = self.scheme, self.application.organisation
        kind = organisation.organisation_type
        asked: dict[str, forms.Field] = {}
        if not kind:
            return asked
        if kind == "scaling_up_support":
            asked["sub_type"] = choice(
                _("Kind of support organisation"), code_choices(scheme, "scaling_up_support_types")
            )
        if kind == rules.SME:
            asked |= {
                "people": number(_("People working there"), 0, help_text=_("In the last closed year")),
                "turnover_eur": number(
                    _("Turnover in euros a year"), 0, help_text=_("Whole euros, for example 4,150,000")
                ),
                "balance_eur": number(_("Balance sheet total in euros"), 0, help_text=_("Whole euros")),
            }
        if kind == "cluster_organisation":
            asked |= {
                "members_total": number(_("Members in all"), 0),
                "members_smes": number(_("Members that are small or medium-sized companies"), 0),
                "members_research": number(_("Members that do research"), 0),
            }
        if kind != "cluster_organisation":
            asked |= {
                "cluster_membership": choice(
                    _("Is your organisation a member of a cluster?"), code_choices(scheme, "memberships")
                ),
                "cluster_name": text(_("Name of the cluster"), 200, help_text=_("Or of the business network")),
                "cluster_profile": link(
                    _("Profile of the cluster"),
                    help_text=_("Its page on the European Cluster Collaboration Platform, if it has one"),
                ),
                "cluster_since": number(
                    _("Member since"), EARLIEST_YEAR, self.at.year, help_text=_("The year, for example 2019")
                ),
            }
        if kind == rules.SME and self.application.asks_host:
            asked["exception_reason"] = long_text(
                _("Reasons for the exception as a host"),
                2000,
                help_text=_("Only if your cluster has no profile there: the agency then decides whether you may host"),
            )
        return asked

    def clean(self) -> dict[str, Any]:
        """Leave the members of a cluster within their total."""
        cleaned = super().clean() or self.cleaned_data
        total = cleaned.get("members_total")
        for name in ("members_smes", "members_research"):
            part = cleaned.get(name)
            if total is not None and part is not None and part > total:
                self.add_error(
                    name, ValidationError(_("Write at most the number of all members"), code="more_than_all")
                )
        return cleaned


class MotivationForm(SectionForm):
    """Why, and what for."""

    section = rules.MOTIVATION

    def questions(self) -> dict[str, forms.Field]:
        """Ask a visitor what they want to learn, a host what they offer and to how many."""
        scheme = self.scheme
        asked: dict[str, forms.Field] = {
            "motivation": with_example(
                long_text(
                    _("Motivation"),
                    scheme.registration.motivation_characters,
                    help_text=_("What do you want to work on with a partner in another country, and why now?"),
                ),
                _(
                    "We lose a third of the fibre in carding and know of mills that lose a tenth. "
                    "In autumn we buy a new line, so we want to see one at work before that."
                ),
            )
        }
        if self.application.asks_visit:
            asked["learn"] = with_example(
                long_text(_("What you want to learn"), 2000),
                _(
                    "How a line for short recycled fibres is set up and cleaned, "
                    "what it costs to run, and what it cannot do."
                ),
            )
        if self.application.asks_host:
            asked["offer"] = with_example(
                long_text(_("What you offer to a visitor"), 2000),
                _(
                    "Three days at our line for short fibres, beside two people who have run it for ten years. "
                    "Visitors may bring their own yarn and try it."
                ),
            )
            asked["places"] = number(
                _("Visitors at a time"), 1, MOST_PLACES, help_text=_("How many visitors you can receive at once")
            )
        return asked | {
            "purposes": choices(_("Purposes"), code_choices(scheme, "purposes")),
            "activities": choices(
                _("Types of activity"),
                code_choices(scheme, "activity_types"),
                help_text=_("Internships, work placements and employment are not possible."),
            ),
        }


class PreferencesForm(SectionForm):
    """When, for how long, in which language; and whom one would like to meet."""

    section = rules.PREFERENCES
    later = (
        "wished_types",
        "wished_country_1",
        "wished_country_2",
        "wished_country_3",
        "wished_ecosystems",
        "partner_name",
        "partner_email",
    )
    side_by_side = tuple((f"window_{row}_from", f"window_{row}_to") for row in range(1, WINDOW_ROWS + 1))
    saved_together = (
        tuple(name for names in side_by_side for name in names),
        tuple(f"wished_country_{rank}" for rank in range(1, COUNTRY_ROWS + 1)),
    )

    def questions(self) -> dict[str, forms.Field]:
        """Ask for languages, length, dates and format; the wishes can wait."""
        scheme = self.scheme
        own = self.application.representative.based_in
        wished = [row for row in countries.participating_countries(scheme, get_language() or "en") if row[0] != own]
        windows: dict[str, forms.Field] = {}
        for row in range(1, WINDOW_ROWS + 1):
            windows[f"window_{row}_from"] = day(_("Available from (%(number)d)") % {"number": row})
            windows[f"window_{row}_to"] = day(_("Available until (%(number)d)") % {"number": row})
        ranks = (_("Most wished country"), _("Second country"), _("Third country"))
        return {
            "working_languages": choices(
                _("Working languages"),
                code_choices(scheme, "languages"),
                help_text=_("In which you could spend the exchange"),
            ),
            "days_wished": number(
                _("Working days wished"),
                scheme.durations.minimum_working_days,
                MOST_DAYS,
                help_text=_("At least %(days)d full working days at the host, the days of travel not counted")
                % {"days": scheme.durations.minimum_working_days},
            ),
            "format": choice(_("Format"), code_choices(scheme, "format_preferences")),
            **windows,
            "wished_types": choices(_("Wished types of partner"), code_choices(scheme, "organisation_types")),
            **{f"wished_country_{rank}": listing(label, wished) for rank, label in enumerate(ranks, start=1)},
            "wished_ecosystems": choices(_("Wished industrial ecosystems"), code_choices(scheme, "ecosystems")),
            "partner_name": text(
                _("Partner already agreed: name"),
                200,
                help_text=_("If you have agreed with a partner outside this tool"),
            ),
            "partner_email": forms.EmailField(
                label=_("Partner already agreed: e-mail"),
                required=False,
                error_messages={"invalid": _("Write the address with an @, for example name@organisation.example")},
            ),
        }

    def also_asked(self) -> frozenset[str]:
        """Count the first window."""
        return frozenset({"window_1_from", "window_1_to"})

    def kept(self, name: str) -> Any:  # noqa: ANN401 -- as above
        """Give windows and ranked countries from the lists that keep them."""
        kind, _underscore, rest = name.partition("_")
        if kind == "window":
            row, _underscore, end = rest.partition("_")
            held = self.application.windows
            return date.fromisoformat(held[int(row) - 1][end]) if int(row) <= len(held) else None
        if name.startswith("wished_country_"):
            rank, held = int(name.rpartition("_")[2]), self.application.wished_countries
            return held[rank - 1] if rank <= len(held) else ""
        return super().kept(name)

    def clean(self) -> dict[str, Any]:
        """Put the windows and the ranked countries together."""
        cleaned = super().clean() or self.cleaned_data
        if "window_1_from" in self.fields:
            self._clean_windows(cleaned)
        if "wished_country_1" not in self.fields:
            return cleaned
        ranked = [cleaned.pop(f"wished_country_{rank}", "") for rank in range(1, COUNTRY_ROWS + 1)]
        for rank, code in enumerate(ranked, start=1):
            if code and code in ranked[: rank - 1]:
                sentence = _("This country is above already")
                self.add_error(f"wished_country_{rank}", ValidationError(sentence, code="country_twice"))
        if not any(name.startswith("wished_country_") for name in self.errors):
            cleaned["wished_countries"] = [code for code in ranked if code]
        return cleaned

    def _clean_windows(self, cleaned: dict[str, Any]) -> None:
        windows = []
        for row in range(1, WINDOW_ROWS + 1):
            first, last = cleaned.pop(f"window_{row}_from", None), cleaned.pop(f"window_{row}_to", None)
            wrong = [name for name in (f"window_{row}_from", f"window_{row}_to") if name in self.errors]
            if wrong or (first is None and last is None):
                continue
            if first is None or last is None:
                lacking = f"window_{row}_{'from' if first is None else 'to'}"
                self.add_error(lacking, ValidationError(_("Write both days of this window"), code="window_incomplete"))
            elif last < first:
                sentence = _("The last day must not be before the first one")
                self.add_error(f"window_{row}_to", ValidationError(sentence, code="end_before_start"))
            else:
                windows.append({"from": first.isoformat(), "to": last.isoformat()})
        if not any(name.startswith("window_") for name in self.errors):
            cleaned["windows"] = sorted(windows, key=lambda window: window["from"])


WHY_IT_FITS = {
    "sector": gettext_lazy("your field"),
    "member": gettext_lazy("your cluster is a member"),
    "country": gettext_lazy("a member in your country"),
}


class PartnershipForm(SectionForm):
    """Who looks after the organisation, and what others see of it."""

    section = rules.PARTNERSHIP

    def questions(self) -> dict[str, forms.Field]:
        """Offer every open partnership, those that fit first, and the assignment."""
        offered = self._offered()
        return {
            "partnership": choice(
                _("Partnership"),
                [(ASSIGN, _("Assign one to me")), *((row.slug, self._words(row)) for row in offered)],
                help_text=_(
                    "It assesses your registration, helps you and, if you visit, pays. Those that fit best come first."
                ),
            ),
            "visibility": choice(
                _("How others see you in the catalogue"),
                [
                    ("name", _("By the name of the organisation")),
                    ("number", _("Without the name, as “Organisation” and a number")),
                ],
            ),
            "suggestions_by_email": forms.BooleanField(
                label=_("Send me suggestions of partners by e-mail."), required=False
            ),
        }

    def also_asked(self) -> frozenset[str]:
        """Count the partnership."""
        return frozenset({"partnership"})

    def _offered(self) -> list[Partnership]:
        rows = list(queries.open_partnerships(self.application.edition))
        return sorted(rows, key=lambda row: (-self._fit[row.acronym].score, not self._fit[row.acronym].has_room))

    @cached_property
    def _fit(self) -> dict[str, queries.Fit]:
        return queries.what_fits(self.scheme, self.application)

    def _words(self, partnership: Partnership) -> str:
        fields = ", ".join(code_lists.label(self.scheme, "ecosystems", code) for code in partnership.ecosystems)
        fit = self._fit[partnership.acronym]
        reasons = "; ".join(str(WHY_IT_FITS[reason]) for reason in fit.reasons)
        parts = [f"{partnership.acronym}: {fields}" if fields else partnership.acronym]
        if reasons:
            parts.append(_("Fits: %(reasons)s") % {"reasons": reasons})
        if not fit.has_room:
            parts.append(_("No free exchange at the moment"))
        return ". ".join(parts)

    def kept(self, name: str) -> Any:  # noqa: ANN401 -- as above
        """Give the choice as one answer."""
        application = self.application
        if name == "partnership":
            if application.partnership_choice == PartnershipChoice.ASSIGNED:
                return ASSIGN
            return application.wished_partnership.slug if application.wished_partnership else ""
        if name == "visibility":
            return "name" if application.shown_by_name else "number"
        return super().kept(name)

    def clean(self) -> dict[str, Any]:
        """Turn the choice into its columns."""
        cleaned = super().clean() or self.cleaned_data
        chosen = cleaned.pop("partnership", None)
        if chosen is not None:
            assigned = chosen == ASSIGN
            cleaned["partnership_choice"] = (
                PartnershipChoice.ASSIGNED if assigned else PartnershipChoice.CHOSEN if chosen else ""
            )
            cleaned["wished_partnership"] = None
            if chosen and not assigned:
                cleaned["wished_partnership"] = next(row for row in self._offered() if row.slug == chosen)
        seen = cleaned.pop("visibility", None)
        if seen:
            cleaned["shown_by_name"] = seen == "name"
        return cleaned

    def answers(self) -> dict[str, Any]:
        """Keep the empty choice of a partnership as no row."""
        found = super().answers()
        if found.get("wished_partnership") == "":
            found["wished_partnership"] = None
        return found


SECTION_FORMS: Mapping[str, type[SectionForm]] = {
    form.section: form
    for form in (YouForm, OrganisationForm, ProfileForm, SizeForm, MotivationForm, PreferencesForm, PartnershipForm)
}


class StartForm(forms.Form):
    """For which organisation the registration is started; asked only of whoever speaks for one already."""

    organisation = forms.ChoiceField(
        label=gettext_lazy("For which organisation?"), widget=Unanswered, error_messages=NOT_ON_THE_LIST
    )

    def __init__(self, *args: Any, organisations: Iterable[Any], **kwargs: Any) -> None:  # noqa: ANN401 -- Django's arguments
        kwargs = {**kwargs, "use_required_attribute": False}
        super().__init__(*args, **kwargs)
        rows = [(str(row.pk), row.legal_name) for row in organisations if row.legal_name]
        self.fields["organisation"].choices = [*rows, ("new", _("Another organisation"))]  # type: ignore[attr-defined]  # -- a choice field


class SubmitForm(StepForm):
    """What the applicant declares; nothing is ticked beforehand."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:  # noqa: ANN401 -- Django's arguments
        super().__init__(*args, use_required_attribute=False, **kwargs)
        labels = {
            "declares_true": _("All answers are true."),
            "declares_first_visit": _("The organisation has not visited in this scheme before."),
            "declares_no_double_funding": _("No other public money pays for the same costs."),
            "declares_privacy": _("I have read how personal data is handled."),
        }
        sentence = _("Tick this declaration: without it the registration cannot be submitted.")
        for name in rules.declarations_asked(self.subject):
            self.fields[name] = forms.BooleanField(
                label=labels[name], required=False, error_messages={"required": sentence}
            )
        self.fields["declares_privacy"].help_text = format_html(
            '<a href="{}">{}</a>', reverse("journeys:privacy"), _("How personal data is handled")
        )

    def clean(self) -> dict[str, Any]:
        """Ask for each declaration by itself."""
        cleaned = super().clean() or self.cleaned_data
        for name in self.fields:
            if not cleaned.get(name):
                sentence = _("Tick this declaration: without it the registration cannot be submitted.")
                self.add_error(name, ValidationError(sentence, code="declaration_missing"))
        return cleaned


REASON_LENGTH = 2000


class MarkedForm(StepForm):
    """A step's form whose fields bear marks of their own, so that several forms with a reason can stand on one page.

    The form that came back has the plain marks: there is only one of it.
    """

    mark = ""

    def __init__(self, *args: Any, **kwargs: Any) -> None:  # noqa: ANN401 -- Django's arguments
        came_back = bool(args) or kwargs.get("data") is not None
        auto_id = f"id_{self.mark}_%s" if self.mark and not came_back else "id_%s"
        super().__init__(*args, auto_id=auto_id, use_required_attribute=False, **kwargs)


class ReasonForm(MarkedForm):
    """A step that wants its reason."""

    reason = NeededText(label=gettext_lazy("Reason"), max_length=REASON_LENGTH)

    def clean_reason(self) -> str:
        """Ask for a sentence."""
        given: str = self.cleaned_data["reason"].strip()
        if not given:
            raise ValidationError(_("Give the reason in a sentence."), code="reason_missing")
        return given


class ChecklistForm(MarkedForm):
    """The checklist of the assessment: an answer and a comment for each item, and here a decision for each role."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:  # noqa: ANN401 -- Django's arguments
        super().__init__(*args, **kwargs)
        scheme = queries.scheme_of_edition(self.subject.edition_id, self.at)
        self.roles = rules.roles_asked(self.subject)
        self.items = rules.checklist_items(scheme, self.roles)
        found = {row.item: row for row in ChecklistAnswer.objects.filter(application_id=self.subject.pk)}
        for item in self.items:
            self.fields[f"item_{item}"] = choice(
                code_lists.label(scheme, "checklist", item), translated(ChecklistAnswer.Answer.choices)
            )
            self.fields[f"comment_{item}"] = text(
                _("What is missing"),
                1000,
                widget=forms.Textarea(attrs={"rows": 2}),
                initial=found[item].comment if item in found else "",
            )
            self.initial[f"item_{item}"] = found[item].answer if item in found else ""

    def hide_checklist(self) -> None:
        """Carry the items unseen where they came with the step; before that the checklist has a form of its own."""
        for name in list(self.fields):
            if self.is_bound:
                self.fields[name].widget = forms.HiddenInput(attrs={"id": f"id_{self.mark}_{name}"})
            else:
                del self.fields[name]

    def checklist(self) -> dict[str, dict[str, str]]:
        """Give what was found on each item that was answered."""
        return {
            item: {"answer": self.cleaned_data[f"item_{item}"], "comment": self.cleaned_data.get(f"comment_{item}", "")}
            for item in self.items
            if self.cleaned_data.get(f"item_{item}")
        }


LETTER_LENGTH = 4000


class LetterForm(ChecklistForm):
    """A decision of which the applicant is told in a mail that may be edited.

    The text that was shown comes back beside the one that was written, so that a text nobody touched follows the
    decision as it is sent.
    """

    def add_letter(self, action: Action, shown: str) -> None:
        """Add the mail of a decision, with the text that is sent where nobody edits it."""
        name = action.value.partition("_")[0]
        attributes = {"rows": 6, "lang": self.subject.representative.account.language}
        self.fields[f"{name}_letter"] = text(
            _("Text of the mail"), LETTER_LENGTH, widget=forms.Textarea(attrs=attributes), initial=shown
        )
        self.fields[f"{name}_letter_shown"] = forms.CharField(
            required=False, max_length=LETTER_LENGTH, widget=forms.HiddenInput, initial=shown, strip=False
        )

    def letter(self, action: Action, standard: str) -> str:
        """Give the text that goes out with a decision."""
        name = action.value.partition("_")[0]
        written, shown = (str(self.data.get(f"{name}_{part}") or "") for part in ("letter", "letter_shown"))
        return letters.sent(written[:LETTER_LENGTH], shown, standard)

    @property
    def scheme(self) -> Scheme:
        """The rules that hold for the application."""
        return queries.scheme_of_edition(self.subject.edition_id, self.at)


class AcceptForm(LetterForm):
    """The whole checklist, what is decided for each role asked, and the mails that may go out."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:  # noqa: ANN401 -- Django's arguments
        super().__init__(*args, **kwargs)
        labels = {Role.VISIT: _("As a visiting organisation"), Role.HOST: _("As a host organisation")}
        for role in self.roles:
            self.fields[f"{role.value}_decision"] = choice(labels[role], translated(Decision.choices))
            if len(self.roles) == 1:
                # Whoever presses "Accept" with one role asked has said for which.
                self.initial[f"{role.value}_decision"] = Decision.ACCEPTED
        self.fields["note"] = text(
            _("Note to the applicant"),
            REASON_LENGTH,
            widget=forms.Textarea(attrs={"rows": 2}),
            help_text=_("Give the reason where you refuse a role."),
        )
        self.add_letters()

    def add_letters(self) -> None:
        """Show the mail of each decision as it would go out now."""
        typed = self.data if self.is_bound else {}
        decisions = {role.value: str(typed.get(f"{role.value}_decision", "")) for role in self.roles}
        note = str(typed.get("note", ""))
        asked = [
            str(typed.get(f"comment_{item}", self.fields[f"comment_{item}"].initial) or "")
            for item in self.items
            if typed.get(f"item_{item}", self.initial.get(f"item_{item}")) == ChecklistAnswer.Answer.ASK
        ]
        asked = [" ".join(one.split()) for one in asked if one.strip()]
        scheme = self.scheme
        self.add_letter(Action.ACCEPT_APPLICATION, letters.acceptance(self.subject, decisions, note))
        self.add_letter(Action.HOLD_APPLICATION, letters.questions(self.subject, asked, scheme, self.at))
        self.add_letter(Action.REFUSE_APPLICATION, letters.refusal(self.subject, note, "", scheme, self.at))

    def renew_letters(self) -> None:
        """Let the mails that nobody has edited follow what is ticked now."""
        renewed = {name: self.data[name] for name in self.data}
        for action in letters.DECISIONS:
            name = f"{action.value.partition('_')[0]}_letter"
            standard = str(self.fields[name].initial)
            renewed[name] = self.letter(action, standard)
            renewed[f"{name}_shown"] = standard
        self.data = renewed

    def unjudged(self) -> "AcceptForm":
        """Give the form as it stands: nothing is decided yet, so nothing is missing yet."""
        self.renew_letters()
        self._errors = ErrorDict()
        return self

    def clean(self) -> dict[str, Any]:
        """Ask for each item and each role at its own field."""
        cleaned = super().clean() or self.cleaned_data
        for item in self.items:
            if not cleaned.get(f"item_{item}") and f"item_{item}" not in self.errors:
                sentence = _("Answer “%(item)s” before you accept") % {"item": self.fields[f"item_{item}"].label}
                self.add_error(f"item_{item}", ValidationError(sentence, code="checklist_incomplete"))
        for role in self.roles:
            name = f"{role.value}_decision"
            if not cleaned.get(name) and name not in self.errors:
                sentence = _("Decide: %(role)s") % {"role": self.fields[name].label}
                self.add_error(name, ValidationError(sentence, code="role_not_decided"))
        return cleaned

    def inputs(self) -> dict[str, Any]:
        """Give findings and decisions as the operation takes them."""
        decisions = {role.value: self.cleaned_data[f"{role.value}_decision"] for role in self.roles}
        reason = self.cleaned_data.get("note", "")
        letter = self.letter(Action.ACCEPT_APPLICATION, letters.acceptance(self.subject, decisions, reason))
        return {"checklist": self.checklist(), "decisions": decisions, "reason": reason, "letter": letter}


class HoldForm(LetterForm):
    """What the applicant is asked. Sent from the checklist, the comments of the open items are the questions."""

    mark = "hold"

    def __init__(self, *args: Any, **kwargs: Any) -> None:  # noqa: ANN401 -- Django's arguments
        super().__init__(*args, **kwargs)
        self.hide_checklist()
        self.fields["questions"] = NeededText(
            label=_("Questions to the applicant"), max_length=4000, help_text=_("One question a line")
        )

    def clean(self) -> dict[str, Any]:
        """Take the comments of the open items where no question was written."""
        cleaned = super().clean() or self.cleaned_data
        written = (cleaned.get("questions") or "").strip()
        if not written:
            asked = [item for item in self.items if cleaned.get(f"item_{item}") == ChecklistAnswer.Answer.ASK]
            comments = [" ".join(cleaned.get(f"comment_{item}", "").split()) for item in asked]
            written = "\n".join(comment for comment in comments if comment)
        if not written:
            sentence = _("Write at least one question, each on a line of its own.")
            self.add_error("questions", ValidationError(sentence, code="questions_missing"))
        cleaned["questions"] = written
        return cleaned

    def inputs(self) -> dict[str, Any]:
        """Give questions and findings as the operation takes them."""
        asked = rules.questions_in(self.cleaned_data["questions"])
        standard = letters.questions(self.subject, asked, self.scheme, self.at)
        return {
            "questions": self.cleaned_data["questions"],
            "checklist": self.checklist(),
            "letter": self.letter(Action.HOLD_APPLICATION, standard),
        }


class RefuseForm(LetterForm):
    """Why every role is refused. Sent from the checklist, the note to the applicant is the reason."""

    mark = "refuse"

    def __init__(self, *args: Any, **kwargs: Any) -> None:  # noqa: ANN401 -- Django's arguments
        super().__init__(*args, **kwargs)
        self.hide_checklist()
        scheme = queries.scheme_of_edition(self.subject.edition_id, self.at)
        self.fields["reason_code"] = listing(
            _("Reason from the list"), code_choices(scheme, "application_refusal_reasons")
        )
        self.fields["reason"] = NeededText(
            label=_("Reason in words"),
            max_length=REASON_LENGTH,
            help_text=_("The applicant reads it and may object to the support office."),
        )

    def clean_reason(self) -> str:
        """Ask for a sentence."""
        given = self.cleaned_data["reason"].strip() or str(self.data.get("note", "")).strip()
        if not given:
            raise ValidationError(_("Give the reason in a sentence."), code="reason_missing")
        return given

    def inputs(self) -> dict[str, Any]:
        """Give reason and findings as the operation takes them."""
        reason, code = self.cleaned_data["reason"], self.cleaned_data.get("reason_code", "")
        standard = letters.refusal(self.subject, reason, code, self.scheme, self.at)
        return {
            "reason": reason,
            "reason_code": code,
            "checklist": self.checklist(),
            "letter": self.letter(Action.REFUSE_APPLICATION, standard),
        }


class AnswersForm(MarkedForm):
    """An answer to each question that the contact point has asked."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:  # noqa: ANN401 -- Django's arguments
        super().__init__(*args, **kwargs)
        self.asked = rules.questions_in(self.subject.questions)
        for place, question in enumerate(self.asked, start=1):
            self.fields[f"answer_{place}"] = NeededText(label=question, max_length=2000)

    def clean(self) -> dict[str, Any]:
        """Ask for each answer at its own field."""
        cleaned = super().clean() or self.cleaned_data
        for place in range(1, len(self.asked) + 1):
            name = f"answer_{place}"
            if not (cleaned.get(name) or "").strip() and name not in self.errors:
                sentence = _("Answer question %(number)s as well.") % {"number": place}
                self.add_error(name, ValidationError(sentence, code="answer_missing"))
        return cleaned

    def inputs(self) -> dict[str, Any]:
        """Give the answers in the order of the questions."""
        return {"answers": [self.cleaned_data[f"answer_{place}"] for place in range(1, len(self.asked) + 1)]}


class MoveForm(ReasonForm):
    """To which other partnership, and why."""

    mark = "move"

    def __init__(self, *args: Any, **kwargs: Any) -> None:  # noqa: ANN401 -- Django's arguments
        super().__init__(*args, **kwargs)
        self.offered = {
            row.slug: row
            for row in queries.open_partnerships(self.subject.edition)
            if row.pk != self.subject.partnership_id
        }
        if self.capacity is HP:
            asked_one = self.subject.move_asked_to_id
            self.offered = {slug: row for slug, row in self.offered.items() if row.pk == asked_one}
        offered = [(slug, row.acronym) for slug, row in self.offered.items()]
        self.fields = {
            "partnership": NeededChoice(
                label=_("Other partnership"), choices=with_none(offered), error_messages=NOT_ON_THE_LIST
            ),
            **self.fields,
        }
        asked = getattr(self.subject, "move_asked_to", None)
        if asked is not None:
            self.initial["partnership"] = asked.slug

    def clean_partnership(self) -> Partnership:
        """Give the partnership behind the choice."""
        chosen = self.cleaned_data["partnership"]
        if not chosen:
            raise ValidationError(_("Choose the other partnership."), code="partnership_missing")
        return self.offered[chosen]


class SuspendForm(ReasonForm):
    """Until when, and why."""

    mark = "suspend"

    until = day(gettext_lazy("Last day of the suspension"))

    def clean_until(self) -> datetime:
        """Give the first moment after the last day, in the scheme's zone."""
        given: date | None = self.cleaned_data["until"]
        # Behind the last day of the calendar there is no moment.
        if given is None or given == date.max:
            raise ValidationError(_("Give a day in the future on which the suspension ends."), code="until_not_ahead")
        until = datetime.combine(given + ONE_DAY, time.min, BRUSSELS).astimezone(UTC)
        if until <= self.at:
            raise ValidationError(_("Give a day in the future on which the suspension ends."), code="until_not_ahead")
        return until


class ReasonAgainstForm(ReasonForm):
    """The reason of the step that stands beside another one with a reason."""

    mark = "against"


APPLICATION_FORMS: Mapping[Action, type[forms.BaseForm]] = {
    Action.SUBMIT_APPLICATION: SubmitForm,
    Action.HOLD_APPLICATION: HoldForm,
    Action.RESUBMIT_APPLICATION: AnswersForm,
    Action.ACCEPT_APPLICATION: AcceptForm,
    Action.REFUSE_APPLICATION: RefuseForm,
    Action.APPROVE_EXCEPTION: ReasonForm,
    Action.REFUSE_EXCEPTION: ReasonAgainstForm,
    Action.OBJECT_TO_REFUSAL: ReasonForm,
    Action.UPHOLD_OBJECTION: ReasonForm,
    Action.DISMISS_OBJECTION: ReasonAgainstForm,
    Action.MOVE_APPLICATION: MoveForm,
}

PARTICIPATION_FORMS: Mapping[Action, type[forms.BaseForm]] = {
    Action.RESERVE_PARTICIPATION: ReasonForm,
    Action.CONFIRM_PARTICIPATION: ReasonForm,
    Action.END_PARTICIPATION: ReasonAgainstForm,
    Action.MOVE_PARTICIPATION: MoveForm,
    Action.SUSPEND_PARTICIPATION: SuspendForm,
}
