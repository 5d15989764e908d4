"""The parts of an edition's rules as people see them: groups of answers, each at its place in the document."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from django import forms
from django.conf.locale import LANG_INFO
from django.utils.functional import Promise
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _

from clusterxchange.access.actions import Action
from clusterxchange.foundation.folding import fold
from clusterxchange.foundation.money import format_cents
from clusterxchange.journeys.scheme_data.places import Document, value_at, with_value
from clusterxchange.scheme.code_lists import LABELS
from clusterxchange.scheme.countries import country_name
from clusterxchange.scheme.document import (
    CELL_REFUSALS,
    CLAUSE_DOCUMENTS,
    CLAUSE_LANGUAGES,
    CODE_LISTS,
    KNOWN_CODES,
    ORGANISATION_TYPES,
    SIGNATORIES,
    TERM_NAMES,
    Direction,
    Membership,
    Role,
    Unit,
)
from clusterxchange.workflow import registry, sentences

Value = Any
Choices = list[tuple[str, str]]
UNITS: Mapping[str, Promise] = {
    Unit.WORKING_DAYS: gettext_lazy("working days"),
    Unit.CALENDAR_DAYS: gettext_lazy("calendar days"),
    Unit.MONTHS: gettext_lazy("months"),
}
DIRECTIONS: Mapping[str, Promise] = {
    Direction.AFTER: gettext_lazy("after the event"),
    Direction.BEFORE: gettext_lazy("before the event"),
}
LANGUAGES: Mapping[str, Promise] = {"en": gettext_lazy("English"), "pl": gettext_lazy("Polish")}
CENTS = 100
USUAL_AGREEMENT: Mapping[str, Value] = {"signatures": [str(party) for party in SIGNATORIES], "pays": True}


class Kind:
    """How an answer is typed, shown, and kept in the document."""

    def field(self, label: str) -> forms.Field:
        """Give the field in which it is typed."""
        return forms.CharField(label=label, max_length=500)

    def read(self, document: Document, path: str) -> Value:
        """Give what the field holds at first."""
        return value_at(document, path)

    def write(self, document: Document, path: str, answer: Value) -> Document:
        """Give the document with the answer in it."""
        return with_value(document, path, answer)

    def show(self, answer: Value) -> str:
        """Say it in words."""
        return str(answer)


class LongText(Kind):
    """A text of several lines."""

    def field(self, label: str) -> forms.Field:
        """Give a large field."""
        return forms.CharField(label=label, widget=forms.Textarea(attrs={"rows": 5}))


class Whole(Kind):
    """A whole number."""

    def field(self, label: str) -> forms.Field:
        """Give a field for digits."""
        return forms.IntegerField(label=label, widget=forms.TextInput(attrs={"inputmode": "numeric"}))


class Number(Kind):
    """A number with decimals."""

    def field(self, label: str) -> forms.Field:
        """Give a field for a number."""
        return forms.FloatField(label=label, widget=forms.TextInput(attrs={"inputmode": "decimal"}))

    def show(self, answer: Value) -> str:
        """Write it without needless zeros."""
        return f"{answer:g}"


class YesOrNo(Kind):
    """A box to tick."""

    def field(self, label: str) -> forms.Field:
        """Give the box."""
        return forms.BooleanField(label=label, required=False)

    def show(self, answer: Value) -> str:
        """Say it in a word."""
        return _("Yes") if answer else _("No")


class Day(Kind):
    """A date, kept as it is written in a file."""

    def field(self, label: str) -> forms.Field:
        """Give a field for a date."""
        return forms.DateField(label=label, widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"))

    def read(self, document: Document, path: str) -> Value:
        """Read the date."""
        return date.fromisoformat(value_at(document, path))

    def write(self, document: Document, path: str, answer: Value) -> Document:
        """Write the date."""
        return with_value(document, path, answer.isoformat())

    def show(self, answer: Value) -> str:
        """Write it as the file does."""
        return str(answer.isoformat())


class Euros(Kind):
    """An amount, typed in euros and kept in cents; empty where there is none."""

    def field(self, label: str) -> forms.Field:
        """Give a field for an amount."""
        return forms.DecimalField(
            label=label, required=False, decimal_places=2, max_digits=9,
            widget=forms.TextInput(attrs={"inputmode": "decimal"}),
        )  # fmt: skip

    def read(self, document: Document, path: str) -> Value:
        """Give the amount in euros."""
        try:
            return Decimal(value_at(document, path)) / CENTS
        except LookupError:
            return None

    def write(self, document: Document, path: str, answer: Value) -> Document:
        """Keep the amount in cents, or none."""
        if answer is not None:
            return with_value(document, path, int(answer * CENTS))
        above, _dot, name = path.rpartition(".")
        kept = {key: value for key, value in value_at(document, above).items() if key != name}
        return with_value(document, above, kept)

    def show(self, answer: Value) -> str:
        """Write it with its currency."""
        return _("Not published") if answer is None else format_cents(int(answer * CENTS), get_language() or "en")


@dataclass(frozen=True)
class OneOf(Kind):
    """One out of a closed list; an empty code stands for nothing."""

    choices: Callable[[], Choices]

    def field(self, label: str) -> forms.Field:
        """Give the list."""
        return forms.ChoiceField(label=label, choices=self.choices(), required=False)

    def read(self, document: Document, path: str) -> Value:
        """Give the code."""
        return value_at(document, path) or ""

    def write(self, document: Document, path: str, answer: Value) -> Document:
        """Keep the code, or nothing."""
        return with_value(document, path, answer or None)

    def show(self, answer: Value) -> str:
        """Give its words."""
        return dict(self.choices()).get(answer, str(answer))


class Lines(Kind):
    """A list of texts, one in each line."""

    def field(self, label: str) -> forms.Field:
        """Give a large field."""
        return forms.CharField(label=label, required=False, widget=forms.Textarea(attrs={"rows": 6}))

    def read(self, document: Document, path: str) -> Value:
        """Give the lines."""
        return "\n".join(value_at(document, path))

    def write(self, document: Document, path: str, answer: Value) -> Document:
        """Keep each line that says something."""
        return with_value(document, path, lines_of(answer))


class Codes(Lines):
    """A code list: a code in each line, with words for it where the tool has none of its own."""

    def read(self, document: Document, path: str) -> Value:
        """Give the codes with the words that the edition has for them."""
        own = document["labels"].get(path.rpartition(".")[2], {})
        return "\n".join(
            " | ".join([code, *(own[code].get(language, "") for language in CLAUSE_LANGUAGES)]) if code in own else code
            for code in value_at(document, path)
        )

    def write(self, document: Document, path: str, answer: Value) -> Document:
        """Keep codes and words."""
        rows = [[part.strip() for part in line.split("|")] for line in lines_of(answer)]
        name = path.rpartition(".")[2]
        changed = with_value(document, path, [row[0] for row in rows])
        words = {
            row[0]: {language: text for language, text in zip(CLAUSE_LANGUAGES, row[1:], strict=False) if text}
            for row in rows
            if any(row[1:])
        }
        labels = {key: value for key, value in document["labels"].items() if key != name}
        changed["labels"] = labels | ({name: words} if words else {})
        return changed


class Reminders(Kind):
    """The days of reminders, separated by commas; what they are counted from stays."""

    def field(self, label: str) -> forms.Field:
        """Give a field for numbers."""
        return forms.RegexField(
            r"^\s*\d{1,3}(\s*,\s*\d{1,3})*\s*$", label=label, required=False,
            error_messages={"invalid": gettext_lazy("Write whole numbers with commas between them, for example 7, 14")},
        )  # fmt: skip

    def read(self, document: Document, path: str) -> Value:
        """Give the numbers."""
        return ", ".join(str(row["length"]) for row in value_at(document, path))

    def write(self, document: Document, path: str, answer: Value) -> Document:
        """Keep the numbers, counted as those before them."""
        counted = [row["counted"] for row in value_at(document, path)]
        first = counted[0] if counted else "after_event"
        lengths = [int(part) for part in answer.split(",")] if answer.strip() else []
        return with_value(document, path, [{"length": length, "counted": first} for length in lengths])

    def show(self, answer: Value) -> str:
        """Say that there is none, where there is none."""
        return answer or _("None")


class Holidays(Lines):
    """The public holidays of a country: a date and a name in each line."""

    def read(self, document: Document, path: str) -> Value:
        """Give a line for each day."""
        years = value_at(document, path)
        return "\n".join(f"{year}-{day} {years[year][day]}" for year in sorted(years) for day in sorted(years[year]))

    def write(self, document: Document, path: str, answer: Value) -> Document:
        """Keep each day in its year; a year without any day stays a year."""
        years: dict[str, dict[str, str]] = {year: {} for year in value_at(document, path)}
        for line in lines_of(answer):
            day, _space, name = line.partition(" ")
            year, _dash, rest = day.partition("-")
            years.setdefault(year, {})[rest] = name.strip()
        return with_value(document, path, years)


class AgreementAnswer(YesOrNo):
    """What an edition says of the agreements; the usual where it says nothing."""

    def read(self, document: Document, path: str) -> Value:
        """Give the answer: whether the partnerships sign, or whether stays are paid for."""
        said = document.get("agreement", USUAL_AGREEMENT)
        return said["pays"] if path.endswith(".pays") else "VP" in said["signatures"]

    def write(self, document: Document, path: str, answer: Value) -> Document:
        """Keep the answer beside the other one."""
        said = dict(document.get("agreement", USUAL_AGREEMENT))
        if path.endswith(".pays"):
            said["pays"] = answer
        else:
            said["signatures"] = [str(party) for party in (SIGNATORIES if answer else SIGNATORIES[:2])]
        return {**document, "agreement": said}


class MailText(LongText):
    """What a mail says beside the sentence of the tool; nothing where it is empty."""

    def field(self, label: str) -> forms.Field:
        """Give a field that may stay empty."""
        return forms.CharField(
            label=label, required=False, max_length=2000, widget=forms.Textarea(attrs={"rows": 3, "maxlength": 2000})
        )

    def read(self, document: Document, path: str) -> Value:
        """Give the text, if there is one."""
        try:
            return value_at(document, path)
        except LookupError:
            return ""

    def write(self, document: Document, path: str, answer: Value) -> Document:
        """Keep the text; an empty one is none, and an action without any is not named."""
        _first, action, language = path.split(".")
        texts: dict[str, dict[str, str]] = {
            key: dict(value) for key, value in document.get("mail_texts", {}).items() if key != action
        }
        own = {key: value for key, value in document.get("mail_texts", {}).get(action, {}).items() if key != language}
        if answer.strip():
            own[language] = answer.strip()
        if own:
            texts[action] = own
        changed = {key: value for key, value in document.items() if key != "mail_texts"}
        return changed | ({"mail_texts": texts} if texts else {})

    def show(self, answer: Value) -> str:
        """Say that there is none, where there is none."""
        return answer or _("None")


@dataclass(frozen=True)
class Place:
    """An answer: where it stands, what it is called, how it is typed."""

    path: str
    label: str
    kind: Kind


@dataclass(frozen=True)
class Group:
    """Answers that belong together."""

    title: str
    places: list[Place]


@dataclass(frozen=True)
class SchemePart:
    """A part of the rules that has a page."""

    name: str
    title: Promise
    hint: Promise
    groups: Callable[[Document], list[Group]]


TEXT, LONG, WHOLE, NUMBER, YES, DAY, EUROS = Kind(), LongText(), Whole(), Number(), YesOrNo(), Day(), Euros()
AGREEMENT = AgreementAnswer()
LINES, CODES, REMINDERS, HOLIDAYS, MAIL_TEXT = Lines(), Codes(), Reminders(), Holidays(), MailText()


def lines_of(text: str) -> list[str]:
    """Give the lines of a text that say something."""
    return [line.strip() for line in text.splitlines() if line.strip()]


def word(code_list: str, code: str) -> str:
    """Give the words that the tool has for a code."""
    return str(LABELS[code_list].get(code, code))


def named(code: str) -> str:
    """Give the name of a country in the reader's language."""
    return country_name(code, get_language() or "en")


def language_named(code: str) -> str:
    """Give the name of a language in that language; one that nobody has named stays its code."""
    return str(LANG_INFO.get(code, {}).get("name_local", code))


def _dates(document: Document) -> list[Group]:
    del document
    return [
        Group(
            _("Opening and closing"),
            [
                Place("edition.name", _("Name of the edition"), TEXT),
                Place("edition.valid_from", _("First day"), DAY),
                Place("edition.valid_to", _("Last day"), DAY),
                Place(
                    "edition.is_open",
                    _("Open: registrations can be started; what is started goes on after it closes"),
                    YES,
                ),
            ],
        )
    ]


def _countries(document: Document) -> list[Group]:
    rows = sorted(enumerate(document["countries"]), key=lambda row: fold(named(row[1]["code"])))
    return [
        Group(
            named(row["code"]),
            [
                Place(f"countries[{number}].participates", _("Takes part"), YES),
                Place(f"countries[{number}].has_iban", _("Has accounts with an IBAN"), YES),
                Place(f"countries[{number}].in_sepa", _("Is in the euro payment area"), YES),
                Place(f"countries[{number}].time_zone", _("Time zone"), TEXT),
            ],
        )
        for number, row in rows
    ]


def _amounts(document: Document) -> list[Group]:
    codes = sorted((row["code"] for row in document["countries"]), key=lambda code: fold(named(code)))
    return [
        Group(_("Highest amount"), [Place("amounts.maximum_cents", _("No country has more than"), EUROS)]),
        Group(
            _("Full amount by host country"),
            [Place(f"amounts.full_cents_by_host_country.{code}", named(code), EUROS) for code in codes],
        ),
    ]


def _stay(document: Document) -> list[Group]:
    del document
    return [
        Group(
            _("Halved amounts"),
            [
                Place("halving.working_days_under", _("Halved under this many working days"), WHOLE),
                Place("halving.distance_km_under", _("Halved under this many kilometres"), NUMBER),
                Place("halving.divisor", _("Divided by"), WHOLE),
                Place("halving.at_most_once", _("Once only, also when both reasons hold"), YES),
            ],
        ),
        Group(
            _("Length of a stay"),
            [
                Place("durations.minimum_working_days", _("At least this many working days"), WHOLE),
                Place("durations.maximum_months", _("At most this many months"), WHOLE),
                Place("durations.consecutive.physical", _("A stay in person is without a break"), YES),
                Place("durations.consecutive.virtual", _("A virtual exchange is without a break"), YES),
            ],
        ),
        Group(
            _("Proposals"),
            [
                Place("proposals.open_per_visitor", _("Open at a time for each visitor"), WHOLE),
                Place("proposals.same_partner_pause_days", _("Days before the same partner is asked again"), WHOLE),
                Place("proposals.overlap_working_days", _("Working days for which both must be available"), WHOLE),
                Place("proposals.unanswered_before_nudge", _("Unanswered before a host is reminded"), WHOLE),
                Place("proposals.unanswered_before_hidden", _("Unanswered before a host is hidden"), WHOLE),
            ],
        ),
    ]


def _eligibility(document: Document) -> list[Group]:
    del document
    refusals = OneOf(lambda: [(code, _refusal_words(code)) for code in ("", *CELL_REFUSALS)])
    return [
        Group(
            f"{word('organisation_types', kind)}: {word('roles', role)}",
            [
                Place(f"eligibility.matrix.{kind}.{role}.is_allowed", _("May take part"), YES),
                *(
                    Place(f"eligibility.matrix.{kind}.{role}.refusals.{one.value}", word("memberships", one), refusals)
                    for one in Membership
                ),
            ],
        )
        for kind in ORGANISATION_TYPES
        for role in Role
    ]


def _refusal_words(code: str) -> str:
    return sentences.refusal_sentence(code, {}) if code else _("Enough")


def _registration(document: Document) -> list[Group]:
    sizes = document["eligibility"]["size_classes"]
    return [
        Group(
            _("What is written in a registration"),
            [
                Place("registration.description_characters", _("Longest description, in characters"), WHOLE),
                Place("registration.motivation_characters", _("Longest motivation, in characters"), WHOLE),
            ],
        ),
        *(
            Group(
                word("size_classes", size["name"]),
                [
                    Place(f"eligibility.size_classes[{number}].people_under", _("Fewer people than"), WHOLE),
                    Place(
                        f"eligibility.size_classes[{number}].turnover_up_to_eur", _("Highest turnover, in euros"), WHOLE
                    ),
                    Place(
                        f"eligibility.size_classes[{number}].balance_sheet_up_to_eur",
                        _("Highest balance sheet, in euros"),
                        WHOLE,
                    ),
                ],
            )
            for number, size in enumerate(sizes)
        ),
        Group(
            _("People of other countries"),
            [Place("eligibility.third_country_days", _("Days that they have lived in a country taking part"), WHOLE)],
        ),
        Group(
            _("Words that hint at a job or an internship, one in each line; * stands for any ending"),
            [Place(f"hint_words.{code}", language_named(code), LINES) for code in document["hint_words"]],
        ),
    ]


def _terms(document: Document) -> list[Group]:
    units = OneOf(lambda: [(code, str(words)) for code, words in UNITS.items()])
    directions = OneOf(lambda: [(code, str(words)) for code, words in DIRECTIONS.items()])
    return [
        Group(
            _("Reminders"), [Place("terms.reminder_hour", _("Hour of the day at which they go, from 0 to 23"), WHOLE)]
        ),
        *(
            Group(
                word("terms", name),
                [
                    Place(f"terms.by_name.{name}.length", _("Length"), WHOLE),
                    Place(f"terms.by_name.{name}.unit", _("Counted in"), units),
                    Place(f"terms.by_name.{name}.direction", _("Counted"), directions),
                    Place(f"terms.by_name.{name}.reminders", _("Reminders on days"), REMINDERS),
                    *_told_later(document, name),
                ],
            )
            for name in TERM_NAMES
        ),
    ]


def _told_later(document: Document, name: str) -> list[Place]:
    if "then_after" not in document["terms"]["by_name"][name]:
        return []
    return [Place(f"terms.by_name.{name}.then_after", _("Day on which others hear that it is over"), WHOLE)]


def _agreements(document: Document) -> list[Group]:
    del document
    return [
        Group(
            _("Agreements"),
            [
                Place("agreement.signatures", _("The two partnerships sign as well"), AGREEMENT),
                Place("agreement.pays", _("A lump sum is paid for a physical exchange"), AGREEMENT),
            ],
        )
    ]


def _clauses(document: Document) -> list[Group]:
    titles = {"commitment_to_quality": _("Commitment to Quality"), "financial_agreement": _("Financial agreement")}
    found = []
    for name in CLAUSE_DOCUMENTS:
        for number, row in enumerate(document["clauses"][name]):
            places = []
            for language in CLAUSE_LANGUAGES:
                place = f"clauses.{name}[{number}]"
                in_language = {"language": str(LANGUAGES[language])}
                places.append(Place(f"{place}.title.{language}", _("Title (%(language)s)") % in_language, TEXT))
                places.append(Place(f"{place}.text.{language}", _("Text (%(language)s)") % in_language, LONG))
            title = row["title"].get(get_language() or "en", row["title"]["en"])
            found.append(Group(f"{titles[name]}: {title}", places))
    return found


WEIGHTS: Mapping[str, Promise] = {
    "sector": gettext_lazy("Sector"),
    "wishes": gettext_lazy("Wishes for the partner"),
    "offers": gettext_lazy("What is offered and wanted"),
    "meaning": gettext_lazy("Meaning of the texts"),
    "languages": gettext_lazy("Working languages"),
    "dates": gettext_lazy("Dates"),
    "purposes": gettext_lazy("Purposes"),
    "activities": gettext_lazy("Activities"),
    "organisation_type": gettext_lazy("Type of organisation"),
    "partnership": gettext_lazy("Partnership"),
}


def _weights(document: Document) -> list[Group]:
    names = document["matching"]["weights"]
    return [
        Group(
            _("Weights of the best matches; together they are 1"),
            [
                Place("matching.weights", _("Sum"), SUM),
                *(Place(f"matching.weights.{name}", str(WEIGHTS.get(name, name)), NUMBER) for name in names),
            ],
        ),
        Group(_("Both directions"), [Place("matching.own_share", _("Share of what the asking side wants"), NUMBER)]),
        Group(
            _("Points when a partnership is assigned"),
            [
                Place("assignment.shared_sector", _("Shared sector"), WHOLE),
                Place("assignment.member_cluster", _("The applicant’s cluster is a member"), WHOLE),
                Place("assignment.country_present", _("A member in the country"), WHOLE),
            ],
        ),
    ]


class Sum(Kind):
    """The sum of numbers: shown, and marked where it is wrong."""

    def field(self, label: str) -> forms.Field:
        """Give a field that takes nothing."""
        return forms.CharField(label=label, required=False, disabled=True)

    def read(self, document: Document, path: str) -> Value:
        """Add up."""
        return f"{sum(value_at(document, path).values()):.3g}"

    def write(self, document: Document, path: str, answer: Value) -> Document:
        """Leave the document alone."""
        del path, answer
        return document


SUM = Sum()


def _code_lists(document: Document) -> list[Group]:
    del document
    titles = {
        False: _("A code in each line; a new one with its words: code | English | Polish"),
        True: _("A code in each line; a code may be left out, but the tool can act by no new one"),
    }
    return [
        Group(
            title,
            [
                Place(f"code_lists.{name}", name.replace("_", " ").capitalize(), CODES)
                for name in CODE_LISTS
                if (name in KNOWN_CODES) is is_known
            ],
        )
        for is_known, title in titles.items()
    ]


def _holidays(document: Document) -> list[Group]:
    codes = sorted(document["holidays"], key=lambda code: fold(named(code)))
    return [
        Group(
            _("A day in each line, for example 2027-05-01 Labour Day"),
            [Place(f"holidays.{code}", named(code), HOLIDAYS) for code in codes],
        )
    ]


def asked_actions() -> list[Action]:
    """Give every action that somebody is asked for by mail."""
    return list(dict.fromkeys(line.action for machine in registry.all_machines() for line in machine.rows if line.asks))


def _mail_texts(document: Document) -> list[Group]:
    del document
    return [
        Group(
            str(sentences.ACTIONS[action].button),
            [
                Place(
                    f"mail_texts.{action}.{code}",
                    _("Added (%(language)s)") % {"language": words},
                    MAIL_TEXT,
                )
                for code, words in LANGUAGES.items()
            ],
        )
        for action in asked_actions()
    ]


PARTS: tuple[SchemePart, ...] = (
    SchemePart(
        "dates",
        gettext_lazy("Opening and closing dates"),
        gettext_lazy("When the edition begins and ends, and whether it is open."),
        _dates,
    ),
    SchemePart("countries", gettext_lazy("Countries"), gettext_lazy("Which countries take part."), _countries),
    SchemePart(
        "amounts",
        gettext_lazy("Amounts"),
        gettext_lazy("The full lump sum by host country. An empty one is not published."),
        _amounts,
    ),
    SchemePart(
        "stay",
        gettext_lazy("Stay, halving and proposals"),
        gettext_lazy("How long a stay is, when an amount is halved, what bounds proposals."),
        _stay,
    ),
    SchemePart(
        "eligibility",
        gettext_lazy("Matrix of types"),
        gettext_lazy("Which type of organisation may take part as what, and with which membership."),
        _eligibility,
    ),
    SchemePart(
        "registration",
        gettext_lazy("Registration"),
        gettext_lazy("How long texts are, which enterprise is of which size, and which words are hinted at."),
        _registration,
    ),
    SchemePart("terms", gettext_lazy("Terms"), gettext_lazy("How long somebody has, and when reminders go."), _terms),
    SchemePart(
        "agreements",
        gettext_lazy("Signatures and money"),
        gettext_lazy("Who signs, and whether stays are paid for."),
        _agreements,
    ),
    SchemePart(
        "clauses",
        gettext_lazy("Clauses"),
        gettext_lazy("The texts of the agreements. Figures stand in braces, for example {minimum_working_days}."),
        _clauses,
    ),
    SchemePart(
        "weights",
        gettext_lazy("Weights"),
        gettext_lazy("What counts how much for the best matches and the assignment."),
        _weights,
    ),
    SchemePart(
        "code-lists",
        gettext_lazy("Code lists"),
        gettext_lazy("What can be chosen in forms, in its order."),
        _code_lists,
    ),
    SchemePart(
        "mail-texts",
        gettext_lazy("Mail texts"),
        gettext_lazy("A paragraph that is added to the mail which asks for a step."),
        _mail_texts,
    ),
    SchemePart(
        "holidays",
        gettext_lazy("Public holidays"),
        gettext_lazy("The days on which no term counts, country by country."),
        _holidays,
    ),
)


def part_with(path: str, document: Document) -> SchemePart | None:
    """Give the part that has the place at a path, or places below it."""
    for part in PARTS:
        for group in part.groups(document):
            if any(place.path == path or place.path.startswith((f"{path}.", f"{path}[")) for place in group.places):
                return part
    return None


def part_named(name: str) -> SchemePart | None:
    """Give the part with this name in the address."""
    return next((part for part in PARTS if part.name == name), None)
