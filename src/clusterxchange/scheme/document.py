"""The document of an edition's version, read into frozen values.

Every figure of the scheme stands in the document and nowhere else. `scheme_of` is the only way to a `Scheme`: whatever
is missing, unknown, out of bounds or contradictory raises `InvalidDocument` with the path of the place.
"""

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from math import fsum, isclose
from string import Formatter
from types import MappingProxyType
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from django.utils.translation import gettext as _

from clusterxchange.access.actions import Action
from clusterxchange.access.capacities import HP, VP, Capacity, H, V
from clusterxchange.scheme.reading import InvalidDocument, Part


class Format(StrEnum):
    """How the two organisations meet."""

    PHYSICAL = "physical"
    VIRTUAL = "virtual"


class Role(StrEnum):
    """What an organisation takes part as."""

    VISIT = "visit"
    HOST = "host"


class Membership(StrEnum):
    """What an organisation belongs to; `yes` is a cluster profiled on the European Cluster Collaboration Platform."""

    YES = "yes"
    UNPROFILED = "unprofiled"
    BUSINESS_NETWORK = "business-network"
    NONE = "no"


class Unit(StrEnum):
    """What a term is counted in."""

    WORKING_DAYS = "working_days"
    CALENDAR_DAYS = "calendar_days"
    MONTHS = "months"


class Direction(StrEnum):
    """Whether a term is counted after its event or before it."""

    AFTER = "after"
    BEFORE = "before"


class Counted(StrEnum):
    """Where the days of a reminder are counted from."""

    AFTER_EVENT = "after_event"
    BEFORE_EVENT = "before_event"
    BEFORE_END = "before_end"


@dataclass(frozen=True, slots=True)
class EditionRules:
    """Which edition the rules belong to; both ends of its validity are inside it."""

    code: str
    name: str
    valid_from: date
    valid_to: date
    is_open: bool


@dataclass(frozen=True, slots=True)
class Country:
    """A country as the edition treats it."""

    code: str
    participates: bool
    has_regions: bool
    has_iban: bool
    in_sepa: bool
    time_zone: str
    footnote: str | None

    @property
    def zone(self) -> ZoneInfo:
        """The zone in which the terms of this country end."""
        return ZoneInfo(self.time_zone)


@dataclass(frozen=True, slots=True)
class Amounts:
    """The full lump sums in cents, by host country."""

    currency: str
    maximum_cents: int
    full_cents_by_host_country: Mapping[str, int]

    @property
    def highest_cents(self) -> int:
        """The highest amount of all host countries; nothing where no country has one."""
        return max(self.full_cents_by_host_country.values(), default=0)


@dataclass(frozen=True, slots=True)
class Halving:
    """When a lump sum is divided; either reason is enough."""

    working_days_under: int
    distance_km_under: float
    at_most_once: bool
    divisor: int


@dataclass(frozen=True, slots=True)
class Durations:
    """How long a stay is, and which days count. Weekdays are numbered from Monday, 1, to Sunday, 7."""

    minimum_working_days: int
    maximum_months: int
    working_weekdays: tuple[int, ...]
    halves_of_a_day: tuple[str, ...]
    consecutive: Mapping[str, bool]


@dataclass(frozen=True, slots=True)
class Proposals:
    """What bounds the proposals."""

    open_per_visitor: int
    same_partner_pause_days: int
    overlap_working_days: int
    unanswered_before_nudge: int
    unanswered_before_hidden: int


@dataclass(frozen=True, slots=True)
class Reminder:
    """A reminder within a term, in the term's unit."""

    length: int
    counted: Counted


@dataclass(frozen=True, slots=True)
class Term:
    """How long somebody has, counted from which event, what happens then and who is told.

    `then_after` is set where it happens later than the end of the term: the length after the event, in the same unit.
    """

    name: str
    unit: Unit
    length: int
    direction: Direction
    start: str
    reminders: tuple[Reminder, ...]
    then: str
    tells: tuple[str, ...]
    then_after: int | None


@dataclass(frozen=True, slots=True)
class Terms:
    """All terms, whose calendar counts where a side has no country, and the hour at which reminders go."""

    default_country: str
    reminder_hour: int
    by_name: Mapping[str, Term]


@dataclass(frozen=True, slots=True)
class Cell:
    """One cell of the matrix: the refusal for each membership, None where it is enough."""

    is_allowed: bool
    refusals: Mapping[Membership, str | None]


@dataclass(frozen=True, slots=True)
class SizeClass:
    """A class of small and medium-sized enterprises: fewer people, and turnover or balance sheet not above."""

    name: str
    people_under: int
    turnover_up_to_eur: int
    balance_sheet_up_to_eur: int


@dataclass(frozen=True, slots=True)
class Eligibility:
    """Who may take part as what."""

    matrix: Mapping[str, Mapping[Role, Cell]]
    size_classes: tuple[SizeClass, ...]
    third_country_days: int


@dataclass(frozen=True, slots=True)
class RegistrationField:
    """A question of the registration; `required` is `always`, `never`, or the condition under which it is."""

    step: str
    name: str
    required: str


@dataclass(frozen=True, slots=True)
class Registration:
    """What the registration asks, and how long its texts may be."""

    description_characters: int
    motivation_characters: int
    questions_before_submitting: int
    curriculum_vitae_formats: tuple[str, ...]
    fields: tuple[RegistrationField, ...]


@dataclass(frozen=True, slots=True)
class ChecklistItem:
    """A point of the assessment and the roles that it is asked for."""

    code: str
    roles: tuple[Role, ...]


@dataclass(frozen=True, slots=True)
class EvidenceItem:
    """Something that shows that the exchange took place, and the kinds of file that do."""

    code: str
    kinds: tuple[str, ...]
    is_travel: bool


@dataclass(frozen=True, slots=True)
class ClauseText:
    """A clause of an agreement in the languages it is written in, with named placeholders for figures."""

    code: str
    titles: Mapping[str, str]
    texts: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Matching:
    """The weights of the ranking, how both directions are joined, and the bands shown."""

    weights: Mapping[str, float]
    own_share: float
    bands: Mapping[str, float]


@dataclass(frozen=True, slots=True)
class Assignment:
    """What a partnership scores when one is assigned."""

    shared_sector: int
    member_cluster: int
    country_present: int


@dataclass(frozen=True, slots=True)
class Agreement:
    """Who signs the Commitment to Quality, and whether the scheme pays for a stay."""

    signatures: frozenset[Capacity]
    pays: bool


@dataclass(frozen=True, slots=True)
class Report:
    """The bounds of the answers in a final activity report."""

    lowest_rating: int
    highest_rating: int


@dataclass(frozen=True, slots=True)
class Scheme:
    """All rules of one version of an edition; `sha256` is that of the document."""

    sha256: str
    edition: EditionRules
    countries: Mapping[str, Country]
    amounts: Amounts
    halving: Halving
    durations: Durations
    proposals: Proposals
    terms: Terms
    holidays: Mapping[str, Mapping[int, Mapping[date, str]]]
    eligibility: Eligibility
    registration: Registration
    checklist: tuple[ChecklistItem, ...]
    code_lists: Mapping[str, tuple[str, ...]]
    labels: Mapping[str, Mapping[str, Mapping[str, str]]]
    evidence: Mapping[Format, tuple[EvidenceItem, ...]]
    clauses: Mapping[str, tuple[ClauseText, ...]]
    matching: Matching
    assignment: Assignment
    report: Report
    hint_words: Mapping[str, tuple[str, ...]]
    mail_texts: Mapping[str, Mapping[str, str]]
    agreement: Agreement

    def participates(self, country: str) -> bool:
        """Tell whether a country takes part."""
        return country in self.countries and self.countries[country].participates

    def term(self, name: str) -> Term:
        """Give a term by its name.

        :raises UnknownTerm: when the edition has no such term.
        """
        if name not in self.terms.by_name:
            raise UnknownTerm(name)
        return self.terms.by_name[name]

    def country(self, code: str) -> Country:
        """Give a country, whether it takes part or not.

        :raises UnknownCountry: when the edition does not name it.
        """
        if code not in self.countries:
            raise UnknownCountry(code)
        return self.countries[code]


class UnknownTerm(LookupError):
    """Say that the edition has no term of this name."""


class UnknownCountry(LookupError):
    """Say that the edition does not name this country."""


TERM_NAMES = (
    "assessment",
    "on_hold",
    "objection",
    "agency_approval",
    "objection_decision",
    "participation_review",
    "proposal",
    "idle_commitment",
    "validation",
    "signature",
    "financial_agreement",
    "unsigned_before_start",
    "confirm_start",
    "confirm_end",
    "report",
    "report_validation",
    "payment",
    "receipt",
    "no_sign_in",
    "low_active",
    "dispute",
    "follow_up_survey",
)

# An exchange leads from one country to another one.
COUNTRIES_OF_AN_EXCHANGE = 2

# Weights are written with as many decimals.
SMALLEST_WEIGHT = 0.001

# Who can be told that a term is over.
TOLD = ("support_office", "contact_points", "other_partnership")

ORGANISATION_TYPES = (
    "cluster_organisation",
    "business_network",
    "scaling_up_support",
    "sme",
    "large_company",
    "public_authority",
    "training_provider",
)

CODE_LISTS = (
    "ecosystems",
    "emerging_industries",
    "organisation_types",
    "scaling_up_support_types",
    "roles",
    "memberships",
    "formats",
    "format_preferences",
    "halves_of_a_day",
    "purposes",
    "activity_types",
    "language_levels",
    "languages",
    "titles",
    "genders",
    "business_in_a_participating_country",
    "proposal_decline_reasons",
    "application_refusal_reasons",
    "change_request_reasons",
    "signature_decline_reasons",
    "cancellation_reasons",
    "evidence_kinds",
    "tax_statuses",
    "report_outcomes",
    "ratings",
    "checklist_outcomes",
)

# The lists whose codes the tool acts by: an edition may offer fewer of them, never another one.
KNOWN_CODES: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "organisation_types": ORGANISATION_TYPES,
        "roles": tuple(Role),
        "memberships": tuple(Membership),
        "formats": tuple(Format),
        "format_preferences": (*Format, "both"),
        "halves_of_a_day": ("morning", "afternoon"),
        "checklist_outcomes": ("pass", "fail", "ask"),
    }
)

# Why a cell of the matrix refuses a membership.
CELL_REFUSALS = (
    "type_may_not_visit",
    "not_member_of_a_cluster",
    "business_network_is_not_enough",
    "agency_approval_missing",
)

# When a question of the registration must be answered.
REQUIRED_WHEN = (
    "always",
    "never",
    "third_country_national",
    "scaling_up_support",
    "sme",
    "member_of_a_cluster_wanted",
    "host_exception",
    "country_has_regions",
    "cluster_organisation",
    "visit",
    "host",
)
CURRICULUM_VITAE_FORMATS = ("pdf", "docx")

# What the ranking weighs, and the bands into which it sorts from above; what is in none of them is possible.
WEIGHT_NAMES = (
    "sector",
    "wishes",
    "offers",
    "meaning",
    "languages",
    "dates",
    "purposes",
    "activities",
    "organisation_type",
    "partnership",
)
BANDS = ("strong", "good")

# A code of an item of evidence is kept with the file in as many characters.
LONGEST_EVIDENCE_CODE = 20

# Who may be asked to sign: the two organisations always are.
SIGNATORIES = (V, H, VP, HP)

CLAUSE_DOCUMENTS = ("commitment_to_quality", "financial_agreement")
# The languages in which an edition writes: its agreements, and what it adds to mails.
CLAUSE_LANGUAGES = ("en", "pl")
# The figures that a clause may name in braces.
CLAUSE_FIGURES = (
    "minimum_working_days",
    "longest_stay",
    "maximum_amount",
    "divisor",
    "halving_working_days",
    "halving_distance_km",
    "payment_days",
    "report_days",
    "report_validation_days",
)


def canonical(document: object) -> bytes:
    """Write a document so that equal documents have equal bytes."""
    return json.dumps(document, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()


def sha256_of(document: object) -> str:
    """Give the SHA-256 of a document, the same on every machine and after the database kept it."""
    return hashlib.sha256(canonical(document)).hexdigest()


def scheme_of(document: object) -> Scheme:
    """Read and check a document.

    :raises InvalidDocument: naming the path of the first place that is wrong.
    """
    whole = Part.of(document, "").only(
        "schema",
        "edition",
        "countries",
        "amounts",
        "halving",
        "durations",
        "proposals",
        "terms",
        "holidays",
        "eligibility",
        "registration",
        "checklist",
        "code_lists",
        "labels",
        "evidence",
        "clauses",
        "matching",
        "assignment",
        "report",
        "hint_words",
        optional=("mail_texts", "agreement"),
    )
    whole.integer("schema", at_least=1, at_most=1)
    countries = _countries(whole)
    code_lists = _code_lists(whole.part("code_lists"))
    edition = _edition(whole.part("edition"))
    agreement = _agreement(whole)
    return Scheme(
        sha256=sha256_of(document),
        edition=edition,
        countries=countries,
        amounts=_amounts(whole.part("amounts"), countries, pays=agreement.pays),
        halving=_halving(whole.part("halving")),
        durations=_durations(whole.part("durations")),
        proposals=_proposals(whole.part("proposals")),
        terms=_terms(whole.part("terms"), countries),
        holidays=_holidays(whole, countries, edition),
        eligibility=_eligibility(whole.part("eligibility")),
        registration=_registration(whole.part("registration")),
        checklist=_checklist(whole),
        code_lists=code_lists,
        labels=_labels(whole, code_lists),
        evidence=_evidence(whole.part("evidence"), code_lists),
        clauses=_clauses(whole.part("clauses")),
        matching=_matching(whole.part("matching")),
        assignment=_assignment(whole.part("assignment")),
        report=_report(whole.part("report")),
        hint_words=_hint_words(whole.part("hint_words")),
        agreement=agreement,
        mail_texts=_mail_texts(whole) if "mail_texts" in whole.content else MappingProxyType({}),
    )


def country_codes_of(document: object) -> tuple[str, ...]:
    """Give the countries that a document names, in their order.

    :raises InvalidDocument: naming the path of the first place of the countries that is wrong.
    """
    return tuple(_countries(Part.of(document, "")))


def edition_rules_of(names: object) -> EditionRules:
    """Read the part of a document that names the edition and its days.

    :raises InvalidDocument: naming the path of the first place that is wrong.
    """
    return _edition(Part.of(names, "edition"))


def _edition(part: Part) -> EditionRules:
    part.only("code", "name", "valid_from", "valid_to", "is_open")
    edition = EditionRules(
        code=part.text("code"),
        name=part.text("name"),
        valid_from=part.day("valid_from"),
        valid_to=part.day("valid_to"),
        is_open=part.boolean("is_open"),
    )
    if edition.valid_to < edition.valid_from:
        raise InvalidDocument(part.at("valid_to"), _("must not be before valid_from"))
    return edition


def _countries(whole: Part) -> Mapping[str, Country]:
    countries: dict[str, Country] = {}
    for part in whole.parts("countries"):
        part.only("code", "participates", "has_regions", "has_iban", "in_sepa", "time_zone", optional=("footnote",))
        code = part.text("code")
        if len(code) != len("XX") or not code.isascii() or not code.isupper():
            raise InvalidDocument(part.at("code"), _("must be two capital letters"))
        if code in countries:
            raise InvalidDocument(part.at("code"), _("must not stand twice"))
        countries[code] = Country(
            code=code,
            participates=part.boolean("participates"),
            has_regions=part.boolean("has_regions"),
            has_iban=part.boolean("has_iban"),
            in_sepa=part.boolean("in_sepa"),
            time_zone=_time_zone(part),
            footnote=part.text("footnote") if "footnote" in part.content else None,
        )
    if sum(country.participates for country in countries.values()) < COUNTRIES_OF_AN_EXCHANGE:
        raise InvalidDocument("countries", _("must have two that take part, since an exchange needs two"))
    return MappingProxyType(countries)


def _time_zone(part: Part) -> str:
    name = part.text("time_zone")
    try:
        ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError) as error:
        raise InvalidDocument(part.at("time_zone"), _("must be a time zone such as Europe/Brussels")) from error
    return name


def _amounts(part: Part, countries: Mapping[str, Country], *, pays: bool) -> Amounts:
    part.only("currency", "maximum_cents", "full_cents_by_host_country")
    amounts = Amounts(
        currency=part.text("currency"),
        maximum_cents=part.integer("maximum_cents"),
        full_cents_by_host_country=MappingProxyType(part.integers_by_name("full_cents_by_host_country")),
    )
    for code, cents in amounts.full_cents_by_host_country.items():
        path = f"{part.path}.full_cents_by_host_country.{code}"
        if code not in countries:
            raise InvalidDocument(path, _("must be a country of the document"))
        if cents > amounts.maximum_cents:
            raise InvalidDocument(path, _("must not be above the highest amount"))
    if pays and not amounts.highest_cents:
        raise InvalidDocument(
            part.at("full_cents_by_host_country"), _("must have an amount, since a lump sum is paid for an exchange")
        )
    return amounts


def _halving(part: Part) -> Halving:
    part.only("working_days_under", "distance_km_under", "at_most_once", "divisor")
    return Halving(
        working_days_under=part.integer("working_days_under"),
        distance_km_under=part.number("distance_km_under"),
        at_most_once=part.boolean("at_most_once"),
        divisor=part.integer("divisor", at_least=1),
    )


def _durations(part: Part) -> Durations:
    part.only("minimum_working_days", "maximum_months", "working_weekdays", "halves_of_a_day", "consecutive")
    consecutive = part.part("consecutive").only(*Format)
    weekdays = part.integers("working_weekdays", at_least=1, at_most=7)
    if not weekdays:
        raise InvalidDocument(part.at("working_weekdays"), _("must name at least one weekday"))
    return Durations(
        minimum_working_days=part.integer("minimum_working_days", at_least=1),
        maximum_months=part.integer("maximum_months", at_least=1),
        working_weekdays=weekdays,
        halves_of_a_day=part.texts_out_of("halves_of_a_day", KNOWN_CODES["halves_of_a_day"]),
        consecutive=MappingProxyType({form.value: consecutive.boolean(form) for form in Format}),
    )


def _proposals(part: Part) -> Proposals:
    part.only(
        "open_per_visitor",
        "same_partner_pause_days",
        "overlap_working_days",
        "unanswered_before_nudge",
        "unanswered_before_hidden",
    )
    return Proposals(
        open_per_visitor=part.integer("open_per_visitor", at_least=1),
        same_partner_pause_days=part.integer("same_partner_pause_days"),
        overlap_working_days=part.integer("overlap_working_days", at_least=1),
        unanswered_before_nudge=part.integer("unanswered_before_nudge", at_least=1),
        unanswered_before_hidden=part.integer("unanswered_before_hidden", at_least=1),
    )


def _terms(part: Part, countries: Mapping[str, Country]) -> Terms:
    part.only("default_country", "reminder_hour", "by_name")
    default_country = part.text("default_country")
    if default_country not in countries:
        raise InvalidDocument(part.at("default_country"), _("must be a country of the document"))
    part.part("by_name").only(*TERM_NAMES)
    return Terms(
        default_country=default_country,
        reminder_hour=part.integer("reminder_hour", at_most=23),
        by_name=MappingProxyType({name: _term(name, row) for name, row in part.named_parts("by_name").items()}),
    )


def _term(name: str, part: Part) -> Term:
    part.only("length", "unit", "direction", "from", "reminders", "then", "tells", optional=("then_after",))
    return Term(
        name=name,
        unit=Unit(part.one_of("unit", tuple(Unit))),
        length=part.integer("length", at_least=1),
        direction=Direction(part.one_of("direction", tuple(Direction))),
        start=part.text("from"),
        reminders=tuple(
            Reminder(
                length=row.only("length", "counted").integer("length"),
                counted=Counted(row.one_of("counted", tuple(Counted))),
            )
            for row in part.parts("reminders")
        ),
        then=part.text("then"),
        tells=part.texts_out_of("tells", TOLD),
        then_after=part.integer("then_after", at_least=1) if "then_after" in part.content else None,
    )


def _holidays(
    whole: Part, countries: Mapping[str, Country], edition: EditionRules
) -> Mapping[str, Mapping[int, Mapping[date, str]]]:
    holidays: dict[str, Mapping[int, Mapping[date, str]]] = {}
    for code, by_year in whole.named_parts("holidays").items():
        if code not in countries:
            raise InvalidDocument(by_year.path, _("must be a country of the document"))
        years: dict[int, Mapping[date, str]] = {}
        for year in by_year.content:
            days = by_year.part(year)
            years[_year(year, days.path)] = MappingProxyType(
                {_holiday(year, day, days): days.text(day) for day in days.content}
            )
        holidays[code] = MappingProxyType(years)
    for code in countries:
        if code not in holidays:
            raise InvalidDocument(f"holidays.{code}", _("is missing"))
        for number in range(edition.valid_from.year, edition.valid_to.year + 1):
            # A year without its holidays is a gap in which no term could be counted.
            if number not in holidays[code]:
                raise InvalidDocument(f"holidays.{code}.{number}", _("is missing"))
    return MappingProxyType(holidays)


def _year(written: str, path: str) -> int:
    if len(written) != len("2026") or not written.isdecimal():
        raise InvalidDocument(path, _("must be a year such as 2026"))
    return int(written)


def _holiday(year: str, month_and_day: str, days: Part) -> date:
    try:
        return date.fromisoformat(f"{year}-{month_and_day}")
    except ValueError as error:
        raise InvalidDocument(days.at(month_and_day), _("must be a month and a day such as 05-01")) from error


def _eligibility(part: Part) -> Eligibility:
    part.only("matrix", "size_classes", "third_country_days")
    matrix = part.part("matrix").only(*ORGANISATION_TYPES)
    sizes = tuple(
        SizeClass(
            name=row.only("name", "people_under", "turnover_up_to_eur", "balance_sheet_up_to_eur").text("name"),
            people_under=row.integer("people_under"),
            turnover_up_to_eur=row.integer("turnover_up_to_eur"),
            balance_sheet_up_to_eur=row.integer("balance_sheet_up_to_eur"),
        )
        for row in part.parts("size_classes")
    )
    return Eligibility(
        matrix=MappingProxyType({kind: _roles(matrix.part(kind)) for kind in ORGANISATION_TYPES}),
        size_classes=sizes,
        third_country_days=part.integer("third_country_days"),
    )


def _roles(part: Part) -> Mapping[Role, Cell]:
    part.only(*Role)
    return MappingProxyType({role: _cell(part.part(role)) for role in Role})


def _cell(part: Part) -> Cell:
    part.only("is_allowed", "refusals")
    refusals = part.part("refusals").only(*Membership)
    return Cell(
        is_allowed=part.boolean("is_allowed"),
        refusals=MappingProxyType(
            {
                membership: None if refusals.value(membership) is None else refusals.one_of(membership, CELL_REFUSALS)
                for membership in Membership
            }
        ),
    )


def _registration(part: Part) -> Registration:
    part.only(
        "description_characters",
        "motivation_characters",
        "questions_before_submitting",
        "curriculum_vitae_formats",
        "fields",
    )
    return Registration(
        description_characters=part.integer("description_characters", at_least=1),
        motivation_characters=part.integer("motivation_characters", at_least=1),
        questions_before_submitting=part.integer("questions_before_submitting", at_least=1),
        curriculum_vitae_formats=part.texts_out_of("curriculum_vitae_formats", CURRICULUM_VITAE_FORMATS),
        fields=tuple(
            RegistrationField(
                step=row.only("step", "name", "required").text("step"),
                name=row.text("name"),
                required=row.one_of("required", REQUIRED_WHEN),
            )
            for row in part.parts("fields")
        ),
    )


def _checklist(whole: Part) -> tuple[ChecklistItem, ...]:
    items: list[ChecklistItem] = []
    for part in whole.parts("checklist"):
        part.only("code", "roles")
        roles = part.texts_out_of("roles", tuple(Role))
        items.append(ChecklistItem(part.text("code"), tuple(Role(role) for role in roles)))
    _each_once("checklist", [item.code for item in items])
    return tuple(items)


def _each_once(path: str, codes: Sequence[str]) -> None:
    for place, code in enumerate(codes):
        if code in codes[:place]:
            raise InvalidDocument(f"{path}[{place}].code", _("must not stand twice"))


def _code_lists(part: Part) -> Mapping[str, tuple[str, ...]]:
    part.only(*CODE_LISTS)
    return MappingProxyType(
        {
            name: part.texts_out_of(name, KNOWN_CODES[name]) if name in KNOWN_CODES else part.texts(name)
            for name in CODE_LISTS
        }
    )


def _labels(whole: Part, code_lists: Mapping[str, tuple[str, ...]]) -> Mapping[str, Mapping[str, Mapping[str, str]]]:
    labels: dict[str, Mapping[str, Mapping[str, str]]] = {}
    for name, by_code in whole.named_parts("labels").items():
        if name not in code_lists:
            raise InvalidDocument(by_code.path, _("must be a code list of the document"))
        for code in by_code.content:
            if code not in code_lists[name]:
                raise InvalidDocument(by_code.at(code), _("must be a code of the list"))
        labels[name] = MappingProxyType(
            {code: MappingProxyType(by_code.texts_by_name(code)) for code in by_code.content}
        )
    return MappingProxyType(labels)


def _evidence(part: Part, code_lists: Mapping[str, tuple[str, ...]]) -> Mapping[Format, tuple[EvidenceItem, ...]]:
    part.only(*Format)
    wanted: dict[Format, tuple[EvidenceItem, ...]] = {}
    for form in Format:
        items: list[EvidenceItem] = []
        for row in part.parts(form):
            row.only("code", "kinds", "is_travel")
            for kind in row.texts("kinds"):
                if kind not in code_lists["evidence_kinds"]:
                    raise InvalidDocument(
                        row.at("kinds"), _("names %(kind)s, which is no kind of evidence") % {"kind": kind}
                    )
            code = row.text("code")
            if len(code) > LONGEST_EVIDENCE_CODE:
                raise InvalidDocument(
                    row.at("code"), _("must have at most %(most)d characters") % {"most": LONGEST_EVIDENCE_CODE}
                )
            items.append(EvidenceItem(code, row.texts("kinds"), row.boolean("is_travel")))
        _each_once(part.at(form), [item.code for item in items])
        wanted[form] = tuple(items)
    return MappingProxyType(wanted)


def _clauses(part: Part) -> Mapping[str, tuple[ClauseText, ...]]:
    part.only(*CLAUSE_DOCUMENTS)
    clauses: dict[str, tuple[ClauseText, ...]] = {}
    for name in CLAUSE_DOCUMENTS:
        rows: list[ClauseText] = []
        for row in part.parts(name):
            row.only("code", "title", "text")
            for language in CLAUSE_LANGUAGES:
                row.part("title").text(language)
                row.part("text").text(language)
            _placeholders_are_known(row.part("text"))
            rows.append(
                ClauseText(
                    row.text("code"),
                    MappingProxyType(row.texts_by_name("title")),
                    MappingProxyType(row.texts_by_name("text")),
                )
            )
        _each_once(part.at(name), [row.code for row in rows])
        clauses[name] = tuple(rows)
    return MappingProxyType(clauses)


def _placeholders_are_known(texts: Part) -> None:
    for language in texts.content:
        try:
            named = {name for _, name, _, _ in Formatter().parse(texts.text(language)) if name is not None}
        except ValueError as error:
            raise InvalidDocument(texts.at(language), _("must have its braces in pairs")) from error
        for name in sorted(named.difference(CLAUSE_FIGURES)):
            raise InvalidDocument(texts.at(language), _("names {%(name)s}, which is no figure") % {"name": name})


def _matching(part: Part) -> Matching:
    part.only("weights", "own_share", "bands")
    weights = part.part("weights").only(optional=WEIGHT_NAMES)
    bands = part.part("bands").only(*BANDS)
    own_share = part.number("own_share")
    if own_share > 1:
        raise InvalidDocument(part.at("own_share"), _("must be at most 1"))
    by_name = {name: weights.number(name) for name in weights.content}
    if not isclose(fsum(by_name.values()), 1, abs_tol=SMALLEST_WEIGHT / 10):
        raise InvalidDocument(
            weights.path, _("must add up to 1, not to %(sum)s") % {"sum": f"{fsum(by_name.values()):.3g}"}
        )
    return Matching(
        weights=MappingProxyType(by_name),
        own_share=own_share,
        bands=MappingProxyType({name: bands.number(name) for name in bands.content}),
    )


def _assignment(part: Part) -> Assignment:
    part.only("shared_sector", "member_cluster", "country_present")
    return Assignment(
        shared_sector=part.integer("shared_sector"),
        member_cluster=part.integer("member_cluster"),
        country_present=part.integer("country_present"),
    )


def _report(part: Part) -> Report:
    part.only("lowest_rating", "highest_rating")
    lowest = part.integer("lowest_rating")
    return Report(lowest_rating=lowest, highest_rating=part.integer("highest_rating", at_least=lowest + 1))


def _agreement(whole: Part) -> Agreement:
    if "agreement" not in whole.content:
        return Agreement(frozenset(SIGNATORIES), pays=True)
    part = whole.part("agreement").only("signatures", "pays")
    named = part.texts_out_of("signatures", SIGNATORIES)
    if not {V, H} <= set(named):
        raise InvalidDocument(part.at("signatures"), _("must hold the two organisations, V and H"))
    return Agreement(frozenset(Capacity(party) for party in named), part.boolean("pays"))


def _mail_texts(whole: Part) -> Mapping[str, Mapping[str, str]]:
    found: dict[str, Mapping[str, str]] = {}
    for action, texts in whole.named_parts("mail_texts").items():
        if action not in tuple(Action):
            raise InvalidDocument(texts.path, _("is no step of the tool"))
        texts.only(optional=CLAUSE_LANGUAGES)
        found[action] = MappingProxyType({language: texts.text(language) for language in texts.content})
    return MappingProxyType(found)


def _hint_words(part: Part) -> Mapping[str, tuple[str, ...]]:
    return MappingProxyType({language: part.texts(language) for language in part.content})
