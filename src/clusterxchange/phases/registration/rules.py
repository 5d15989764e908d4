"""What an application must answer, and what its answers say about the roles. All figures are scheme data."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from clusterxchange.foundation.models import StoredFile
from clusterxchange.parties.organisations.models import Organisation
from clusterxchange.phases.registration.models import Application, PartnershipChoice
from clusterxchange.scheme.document import Membership, Role, Scheme
from clusterxchange.scheme.eligibility import eligible, size_class, third_country_refusal

YOU, ORGANISATION, PROFILE, SIZE = "you", "organisation", "profile", "cluster-and-size"
MOTIVATION, PREFERENCES, PARTNERSHIP = "motivation", "preferences", "partnership"
SECTIONS = (YOU, ORGANISATION, PROFILE, SIZE, MOTIVATION, PREFERENCES, PARTNERSHIP)

SME, LARGE = "sme", "large"
IN_A_CLUSTER = frozenset({Membership.YES, Membership.UNPROFILED, Membership.BUSINESS_NETWORK})
DECLARATIONS = ("declares_true", "declares_first_visit", "declares_no_double_funding", "declares_privacy")

ACCOUNT_COLUMNS = frozenset({"first_name", "last_name"})
REPRESENTATIVE_COLUMNS = frozenset({
    "title", "position", "phone", "based_in", "nationality", "has_residence_permit", "has_started_business", "gender",
    "languages", "profile_link", "works_for_organisation", "curriculum_vitae", "permit_document",
})  # fmt: skip
ORGANISATION_COLUMNS = frozenset({
    "legal_name", "short_name", "organisation_type", "sub_type", "people", "turnover_eur", "balance_eur",
    "cluster_membership", "cluster_name", "cluster_profile", "cluster_since", "registration_number", "vat_number",
    "founded", "street", "postcode", "city", "region", "country", "latitude", "longitude", "website", "logo",
    "description", "profile_language", "ecosystems", "nace", "keywords", "offers", "members_total", "members_smes",
    "members_research",
})  # fmt: skip
APPLICATION_COLUMNS = frozenset({
    "asks_visit", "asks_host", "motivation", "learn", "offer", "places", "purposes", "activities", "wished_types",
    "wished_countries", "wished_ecosystems", "working_languages", "days_wished", "format", "windows", "partner_name",
    "partner_email", "exception_reason", "wished_partnership", "partnership_choice", "shown_by_name",
    "suggestions_by_email", "as_typed",
})  # fmt: skip
# A change of one of these lets the partnership look again at an accepted participation (states.md).
REVIEWED_COLUMNS = frozenset({
    "organisation_type", "country", "cluster_membership", "cluster_name", "people", "turnover_eur", "balance_eur",
})  # fmt: skip


@dataclass(frozen=True)
class Question:
    """A question of the scheme's registration: in which section it stands and which columns hold its answer."""

    section: str
    columns: tuple[str, ...]


def _in(section: str, **columns: str) -> dict[str, Question]:
    return {name: Question(section, tuple(held.split())) for name, held in columns.items()}


# By the name in the scheme. What is not listed is asked elsewhere: the e-mail address by the account, the curriculum
# vitae and the declarations by guards of their own.
QUESTIONS: Mapping[str, Question] = {
    **_in(
        YOU, first_name="first_name", last_name="last_name", position="position", phone="phone", country="based_in",
        days_in_participating_country="has_residence_permit", permit_document="permit_document",
        business_in_a_participating_country="has_started_business", languages="languages",
        works_for_the_organisation="works_for_organisation",
    ),
    **_in(
        ORGANISATION, role="asks_visit asks_host", legal_name="legal_name", organisation_type="organisation_type",
        registration_number="registration_number", street="street", postcode="postcode", city="city", region="region",
        organisation_country="country",
    ),
    **_in(
        PROFILE, website="website", description="description", ecosystems="ecosystems", nace="nace",
        keywords="keywords",
    ),
    **_in(
        SIZE, sub_type="sub_type", people="people", turnover_eur="turnover_eur", balance_eur="balance_eur",
        cluster_memberships="cluster_membership cluster_name", host_exception_reasons="exception_reason",
        members_total="members_total", members_sme="members_smes", members_research="members_research",
    ),
    **_in(
        MOTIVATION, motivation="motivation", learn="learn", offer="offer", places="places", purposes="purposes",
        activities="activities",
    ),
    **_in(
        PREFERENCES, working_languages="working_languages", days_wished="days_wished", windows="windows",
        format="format",
    ),
    **_in(PARTNERSHIP, partnership="partnership_choice wished_partnership"),
}  # fmt: skip


def home_of(application: Application, column: str) -> Any:  # noqa: ANN401 -- one of four rows
    """Give the row that keeps an answer: the account, the person, the organisation or the application itself."""
    if column in ACCOUNT_COLUMNS:
        return application.representative.account
    if column in REPRESENTATIVE_COLUMNS:
        return application.representative
    if column in ORGANISATION_COLUMNS:
        return application.organisation
    if column in APPLICATION_COLUMNS:
        return application
    raise KeyError(column)


def answer_of(application: Application, column: str) -> Any:  # noqa: ANN401 -- as above
    """Give an answer as it is kept."""
    return getattr(home_of(application, column), column)


def is_given(application: Application, name: str) -> bool:
    """Whether a question has its answer."""
    if name == "role":
        return application.asks_visit or application.asks_host
    if name == "cluster_memberships":
        organisation = application.organisation
        membership = organisation.cluster_membership
        return bool(membership) and (membership not in IN_A_CLUSTER or bool(organisation.cluster_name))
    if name == "partnership":
        choice = application.partnership_choice
        return choice == PartnershipChoice.ASSIGNED or bool(choice and application.wished_partnership_id)
    return all(_counts(answer_of(application, column)) for column in QUESTIONS[name].columns)


def _counts(answer: object) -> bool:
    # A file in which the scanner has found something harmful was not given; one that still waits for it was.
    if isinstance(answer, StoredFile):
        return not answer.is_rejected
    return answer not in (None, "", [], {}, False)


def has_curriculum_vitae(application: Application) -> bool:
    """Whether the person's curriculum vitae is there and nothing harmful was found in it."""
    return _counts(application.representative.curriculum_vitae)


def roles_asked(application: Application) -> tuple[Role, ...]:
    """Give the roles for which the application asks."""
    asked = ((Role.VISIT, application.asks_visit), (Role.HOST, application.asks_host))
    return tuple(role for role, is_asked in asked if is_asked)


def _is_sme(scheme: Scheme, application: Application) -> bool:
    del scheme
    return application.organisation.organisation_type == SME


def _wants_a_cluster(scheme: Scheme, application: Application) -> bool:
    rows = scheme.eligibility.matrix.get(application.organisation.organisation_type, {})
    return any(rows[role].refusals[Membership.NONE] is not None for role in roles_asked(application) if role in rows)


def _is_from_third_country(scheme: Scheme, application: Application) -> bool:
    nationality = application.representative.nationality
    return bool(nationality) and not scheme.participates(nationality)


def needs_host_exception(scheme: Scheme, application: Application) -> bool:
    """Whether the organisation can host only with the agency's approval."""
    organisation = application.organisation
    row = scheme.eligibility.matrix.get(organisation.organisation_type)
    if row is None or not application.asks_host or not organisation.cluster_membership:
        return False
    return row[Role.HOST].refusals[Membership(organisation.cluster_membership)] == "agency_approval_missing"


def has_regions(scheme: Scheme, country: str) -> bool:
    """Whether a country has regions that an address must name."""
    return country in scheme.countries and scheme.countries[country].has_regions


CONDITIONS: Mapping[str, Callable[[Scheme, Application], bool]] = {
    "always": lambda _scheme, _application: True,
    "never": lambda _scheme, _application: False,
    "third_country_national": _is_from_third_country,
    "scaling_up_support": lambda _scheme, application: (
        application.organisation.organisation_type == "scaling_up_support"
    ),
    "sme": _is_sme,
    "member_of_a_cluster_wanted": _wants_a_cluster,
    "host_exception": needs_host_exception,
    "country_has_regions": lambda scheme, application: has_regions(scheme, application.organisation.country),
    "cluster_organisation": lambda _scheme, application: (
        application.organisation.organisation_type == "cluster_organisation"
    ),
    "visit": lambda _scheme, application: application.asks_visit,
    "host": lambda _scheme, application: application.asks_host,
}


def required_questions(scheme: Scheme, application: Application) -> list[str]:
    """Give the names of the questions that this application must answer before it is submitted."""
    return [
        row.name
        for row in scheme.registration.fields
        if row.name in QUESTIONS and CONDITIONS[row.required](scheme, application)
    ]


def typed_wrongly(application: Application, section: str) -> Mapping[str, list[str]]:
    """Give by field what was typed in a section and could not be taken, as it was typed."""
    found: Mapping[str, list[str]] = application.as_typed.get(section, {})
    return found


def missing_questions(scheme: Scheme, application: Application, section: str | None = None) -> list[str]:
    """Give the names of the required questions without an answer, of one section or of all."""
    return [
        name
        for name in required_questions(scheme, application)
        if section in (None, QUESTIONS[name].section) and not is_given(application, name)
    ]


def missing_sections(scheme: Scheme, application: Application) -> list[str]:
    """Give the sections in which a required answer is missing, in their order."""
    lacking = {QUESTIONS[name].section for name in missing_questions(scheme, application)}
    lacking |= {section for section in SECTIONS if typed_wrongly(application, section)}
    return [section for section in SECTIONS if section in lacking]


@dataclass(frozen=True)
class Progress:
    """How far a section is; `wrong` counts answers that need a second look."""

    required: int
    missing: int
    wrong: int = 0

    @property
    def is_complete(self) -> bool:
        """Whether nothing required is missing and nothing is wrong."""
        return self.missing == 0 and self.wrong == 0

    @property
    def is_begun(self) -> bool:
        """Whether at least one required answer is there."""
        return self.missing < self.required


def progress_of(scheme: Scheme, application: Application, section: str) -> Progress:
    """Count the required answers of a section and those that are missing; a curriculum vitae counts with the person."""
    names = [name for name in required_questions(scheme, application) if QUESTIONS[name].section == section]
    required, missing = len(names), len([name for name in names if not is_given(application, name)])
    if section == YOU:
        required, missing = required + 1, missing + (not has_curriculum_vitae(application))
    if section == SIZE and not application.organisation.organisation_type:
        return Progress(1, 1)
    return Progress(required, missing, len(typed_wrongly(application, section)))


def size_of(scheme: Scheme, organisation: Organisation) -> str:
    """Give the class of size that the figures make, empty without the number of people."""
    if organisation.people is None:
        return ""
    return size_class(
        scheme,
        people=organisation.people,
        turnover_eur=organisation.turnover_eur,
        balance_sheet_eur=organisation.balance_eur,
    )


def role_refusal(
    scheme: Scheme, application: Application, roles: Iterable[Role], *, agency_approval: bool
) -> str | None:
    """Give the code of the first rule that keeps the organisation out of one of the roles; the country is left aside.

    Figures that make a large company contradict the type of a small or medium-sized one, whatever the role.
    """
    organisation = application.organisation
    membership = organisation.cluster_membership or Membership.NONE
    for role in roles:
        verdict = eligible(
            scheme,
            organisation_type=organisation.organisation_type,
            country=application.representative.based_in,
            role=role,
            membership=membership,
            agency_approval=agency_approval,
        )
        for refusal in verdict.refusals:
            if refusal != "country_not_participating":
                return refusal
    if organisation.organisation_type == SME and size_of(scheme, organisation) == LARGE:
        return "figures_of_a_large_company"
    return None


def standing_refusals(scheme: Scheme, application: Application) -> list[str]:
    """Give the codes of the rules against which the answers that are there already stand; none waits for the others."""
    person, organisation = application.representative, application.organisation
    given = [country for country in (person.based_in, organisation.country) if country]
    found = [] if all(scheme.participates(country) for country in given) else ["country_not_participating"]
    roles = roles_asked(application)
    if organisation.organisation_type and roles:
        # What is not answered yet is taken for the best: nobody is refused for a question that comes later.
        membership = organisation.cluster_membership or Membership.YES
        refusals = (
            refusal
            for role in roles
            for refusal in eligible(
                scheme,
                organisation_type=organisation.organisation_type,
                country=person.based_in,
                role=role,
                membership=membership,
                agency_approval=True,
            ).refusals
            if refusal != "country_not_participating"
        )
        found += dict.fromkeys(refusals)
    if organisation.organisation_type == SME and size_of(scheme, organisation) == LARGE:
        found.append("figures_of_a_large_company")
    return found


def person_refusal(scheme: Scheme, application: Application) -> str | None:
    """Give the code where the visiting person comes from a third country and does not meet the rule for that."""
    person = application.representative
    if not application.asks_visit or not _is_from_third_country(scheme, application):
        return None
    return third_country_refusal(
        scheme,
        nationality=person.nationality,
        days=scheme.eligibility.third_country_days if person.has_residence_permit else 0,
        has_permit=person.has_residence_permit,
        has_or_intends_business=person.has_started_business,
    )


def checklist_items(scheme: Scheme, roles: Iterable[Role]) -> list[str]:
    """Give the items of the checklist for the roles, in the scheme's order."""
    wanted = set(roles)
    return [item.code for item in scheme.checklist if wanted & set(item.roles)]


def declarations_asked(application: Application) -> tuple[str, ...]:
    """Give the declarations that the applicant must make; a host says nothing about visits."""
    return tuple(name for name in DECLARATIONS if name != "declares_first_visit" or application.asks_visit)


def questions_in(text: str) -> list[str]:
    """Give the questions of a text, one a line."""
    return [line.strip() for line in text.splitlines() if line.strip()]


def answers_in(questions: str, answers: str) -> list[str]:
    """Give the answer to each question, as they are kept below one another; empty where there is none yet."""
    asked, found, place = questions_in(questions), [], 0
    for number, question in enumerate(asked):
        begins = answers.find(f"{question}\n", place)
        if begins < 0:
            found.append("")
            continue
        place = begins + len(question) + 1
        following = asked[number + 1] if number + 1 < len(asked) else None
        ends = answers.find(f"\n\n{following}\n", place) if following is not None else len(answers)
        ends = len(answers) if ends < 0 else ends
        found.append(answers[place:ends].strip())
        place = ends
    return found
