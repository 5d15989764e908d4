"""An application and a participation in words: what was answered, and what the tool itself finds to the checklist."""

from collections.abc import Callable, Iterable, Mapping
from datetime import date, timedelta
from typing import Any, cast

from django.db import models
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from clusterxchange.parties.organisations.models import Organisation, Representative
from clusterxchange.phases.registration import queries, rules
from clusterxchange.phases.registration.models import (
    Application,
    Participation,
    ParticipationState,
    PartnershipChoice,
    Visit,
)
from clusterxchange.phases.registration.notices import section_title
from clusterxchange.scheme import code_lists, countries, economic_activities, regions
from clusterxchange.scheme.document import Role, Scheme
from clusterxchange.scheme.hints import hint_words_in
from clusterxchange.workflow.cases import Section

Row = tuple[str, str]
LISTS_OF_COLUMNS = {"organisation_type": "organisation_types", "cluster_membership": "memberships"}


def _language() -> str:
    return get_language() or "en"


def _country(scheme: Scheme, code: str) -> str:
    return countries.marked_country_name(scheme, code, _language()) if code else ""


def _labels(scheme: Scheme, name: str, codes: Iterable[str]) -> str:
    return "; ".join(code_lists.label(scheme, name, code) for code in codes)


def _label(scheme: Scheme, name: str, code: str) -> str:
    return code_lists.label(scheme, name, code) if code else ""


def _number(value: int | None) -> str:
    return "" if value is None else f"{value:,}"


def _yes(value: bool | None) -> str:  # noqa: FBT001 -- an answer
    return _("Yes") if value else ""


def _day(value: date) -> str:
    return date_format(value, _("j E Y"))


def windows_in_words(windows: Iterable[Mapping[str, str]]) -> str:
    """Give windows of availability, one a line."""
    return "\n".join(
        _("%(first)s to %(last)s")
        % {"first": _day(date.fromisoformat(one["from"])), "last": _day(date.fromisoformat(one["to"]))}
        for one in windows
    )


def languages_in_words(scheme: Scheme, languages: Mapping[str, str]) -> str:
    """Give languages with their levels."""
    return ", ".join(f"{code_lists.label(scheme, 'languages', code)} {level}" for code, level in languages.items())


def roles_in_words(scheme: Scheme, application: Application) -> str:
    """Give the roles for which the application asks."""
    return _labels(scheme, "roles", (role.value for role in rules.roles_asked(application)))


def _you(scheme: Scheme, application: Application) -> list[Row]:
    person = application.representative
    vitae = person.curriculum_vitae
    return [
        (_("Name"), person.account.full_name),
        (_("Position in the organisation"), person.position),
        (_("E-mail"), person.account.email),
        (_("Telephone"), person.phone),
        (_("Country where you are based"), _country(scheme, person.based_in)),
        (_("Languages"), languages_in_words(scheme, person.languages)),
        (_("Curriculum vitae"), vitae.name if vitae else ""),
        (_("Works for this organisation"), _yes(person.works_for_organisation)),
        *_given(
            (_("Title"), _label(scheme, "titles", person.title)),
            (_("Link to a profile"), person.profile_link),
            (_("Nationality"), _country(scheme, person.nationality)),
            (_("Long stay with a permit"), _yes(person.has_residence_permit)),
            (_("Business started or intended"), _yes(person.has_started_business)),
        ),
    ]


def _organisation(scheme: Scheme, application: Application) -> list[Row]:
    organisation = application.organisation
    place, region = f"{organisation.postcode} {organisation.city}".strip(), regions.written(organisation.region)
    address = ", ".join(part for part in (organisation.street, place, region) if part)
    return [
        (_("Role"), roles_in_words(scheme, application)),
        (_("Type of organisation"), _label(scheme, "organisation_types", organisation.organisation_type)),
        (_("Legal name"), organisation.legal_name),
        (_("Registration number"), organisation.registration_number),
        (_("Address"), address),
        (_("Country"), _country(scheme, organisation.country)),
        *_given(
            (_("Short name"), organisation.short_name),
            (_("VAT number"), organisation.vat_number),
            (_("Year of foundation"), str(organisation.founded or "")),
            (
                _("Position"),
                f"{organisation.latitude}, {organisation.longitude}" if organisation.has_own_position else "",
            ),
        ),
    ]


def _profile(scheme: Scheme, application: Application) -> list[Row]:
    organisation = application.organisation
    return [
        (_("Website"), organisation.website),
        (_("What the organisation does"), organisation.description),
        (_("Industrial ecosystems"), _labels(scheme, "ecosystems", organisation.ecosystems)),
        (_("Economic activity"), economic_activities.written(organisation.nace, get_language() or "en")),
        (_("Field in its own words"), organisation.keywords),
        *_given(
            (_("Offers, in keywords"), organisation.offers),
            (_("Logo"), organisation.logo.name if organisation.logo else ""),
        ),
    ]


def _size(scheme: Scheme, application: Application) -> list[Row]:
    organisation = application.organisation
    rows: list[Row] = []
    if organisation.organisation_type == "scaling_up_support":
        rows.append(
            (_("Kind of support organisation"), _label(scheme, "scaling_up_support_types", organisation.sub_type))
        )
    if organisation.organisation_type == rules.SME:
        rows += [
            (_("People working there"), _number(organisation.people)),
            (_("Turnover in euros a year"), _number(organisation.turnover_eur)),
            (_("Balance sheet total in euros"), _number(organisation.balance_eur)),
            (_("Class of size"), _label(scheme, "size_classes", rules.size_of(scheme, organisation))),
        ]
    if organisation.organisation_type == "cluster_organisation":
        return [
            *rows,
            (_("Members in all"), _number(organisation.members_total)),
            (_("Members that are small or medium-sized companies"), _number(organisation.members_smes)),
            (_("Members that do research"), _number(organisation.members_research)),
        ]
    return [
        *rows,
        (_("Member of a cluster"), _label(scheme, "memberships", organisation.cluster_membership)),
        (_("Name of the cluster"), organisation.cluster_name),
        *_given(
            (_("Profile of the cluster"), organisation.cluster_profile),
            (_("Member since"), str(organisation.cluster_since or "")),
            (_("Reasons for the exception as a host"), application.exception_reason),
        ),
    ]


def _motivation(scheme: Scheme, wishes: Application | Participation, *, visits: bool, hosts: bool) -> list[Row]:
    rows = [(_("Motivation"), wishes.motivation)]
    if visits:
        rows.append((_("Wants to learn"), wishes.learn))
    if hosts:
        rows += [(_("Offers to a visitor"), wishes.offer), (_("Visitors at a time"), _number(wishes.places))]
    return [
        *rows,
        (_("Purposes"), _labels(scheme, "purposes", wishes.purposes)),
        (_("Types of activity"), _labels(scheme, "activity_types", wishes.activities)),
    ]


def _preferences(
    scheme: Scheme, wishes: Application | Participation, windows: Iterable[Mapping[str, str]]
) -> list[Row]:
    return [
        (_("Working languages"), _labels(scheme, "languages", wishes.working_languages)),
        (_("Working days wished"), _number(wishes.days_wished)),
        (_("Format"), _label(scheme, "format_preferences", wishes.format)),
        (_("Available"), windows_in_words(windows)),
        *_given(
            (_("Wished types of partner"), _labels(scheme, "organisation_types", wishes.wished_types)),
            (_("Wished countries"), ", ".join(_country(scheme, code) for code in wishes.wished_countries)),
            (_("Wished industrial ecosystems"), _labels(scheme, "ecosystems", wishes.wished_ecosystems)),
        ),
    ]


def _application_preferences(scheme: Scheme, application: Application) -> list[Row]:
    partner = ", ".join(part for part in (application.partner_name, application.partner_email) if part)
    return [*_preferences(scheme, application, application.windows), *_given((_("Partner already agreed"), partner))]


def _partnership(scheme: Scheme, application: Application) -> list[Row]:
    del scheme
    wished = application.wished_partnership
    chosen = (
        _("Assign one to me")
        if application.partnership_choice == PartnershipChoice.ASSIGNED
        else wished.acronym
        if wished
        else ""
    )
    return [
        (_("Partnership"), chosen),
        (_("Shown in the catalogue"), _("By name") if application.shown_by_name else _("Without the name")),
        (_("Suggestions by e-mail"), _("Yes") if application.suggestions_by_email else _("No")),
    ]


def _given(*rows: Row) -> list[Row]:
    return [row for row in rows if row[1]]


ANSWERS: Mapping[str, Callable[[Scheme, Application], list[Row]]] = {
    rules.YOU: _you,
    rules.ORGANISATION: _organisation,
    rules.PROFILE: _profile,
    rules.SIZE: _size,
    rules.MOTIVATION: lambda scheme, one: _motivation(scheme, one, visits=one.asks_visit, hosts=one.asks_host),
    rules.PREFERENCES: _application_preferences,
    rules.PARTNERSHIP: _partnership,
}


def answers_of(
    scheme: Scheme, application: Application, change_url: Callable[[str], str] | None = None
) -> list[Section]:
    """Give all answers by section; with an address for each section, its rows lead to where they can be changed."""
    found = []
    for section in rules.SECTIONS:
        rows: list[tuple[Any, ...]] = list(ANSWERS[section](scheme, application))
        if change_url is not None:
            # The address belongs to the account, not to a section
            ways = {str(_("E-mail")): reverse("account_email")} if section == rules.YOU else {}
            rows = [(*row, ways.get(row[0], change_url(section))) for row in rows]
        found.append(Section(section_title(section), rows))
    return found


def participation_in_words(scheme: Scheme, participation: Participation) -> list[Section]:
    """Give what was accepted: role, visit, wishes and dates."""
    is_visitor = participation.role == Role.VISIT.value
    windows = [
        {"from": one.first_day.isoformat(), "to": one.last_day.isoformat()} for one in participation.windows.all()
    ]
    rows: list[tuple[Any, ...]] = [
        (_("Organisation"), participation.organisation.legal_name),
        (_("Role"), _label(scheme, "roles", participation.role)),
        (_("Partnership"), participation.partnership.acronym),
    ]
    if is_visitor:
        rows.append((_("The one visit"), str(Visit(participation.visit).label)))
    if participation.reason:
        rows.append((_("Reason last given"), participation.reason))
    if participation.move_asked_to:
        rows.append((_("Asks to move to"), participation.move_asked_to.acronym))
    if participation.suspended_until and participation.state == ParticipationState.SUSPENDED:
        last = participation.suspended_until - timedelta(hours=12)
        rows.append((_("Suspended until"), _day(timezone.localtime(last).date())))
    return [
        Section(_("Participation"), rows),
        *_what_changed(scheme, participation),
        Section(_("Motivation"), list(_motivation(scheme, participation, visits=is_visitor, hosts=not is_visitor))),
        Section(_("Preferences"), list(_preferences(scheme, participation, windows))),
    ]


def _what_changed(scheme: Scheme, participation: Participation) -> list[Section]:
    """Say what the organisation has changed since it was accepted, while the partnership looks at it again."""
    if participation.state != ParticipationState.UNDER_REVIEW:
        return []
    changed = queries.changed_before_review(participation)
    rows = [
        (
            str(label_of_column(name)),
            _("%(was)s, now %(now)s")
            % {
                "was": _in_words(scheme, name, values["was"]) or _("nothing"),
                "now": _in_words(scheme, name, values["is"]) or _("nothing"),
            },
        )
        for name, values in changed.items()
    ]
    return [Section(_("What has changed"), list(rows))] if rows else []


def label_of_column(name: str) -> Any:  # noqa: ANN401 -- a text or one to be translated
    """Give the label of an answer of an organisation or of its person."""
    model = Representative if name in rules.REPRESENTATIVE_COLUMNS else Organisation
    return cast("models.Field[Any, Any]", model._meta.get_field(name)).verbose_name


def _in_words(scheme: Scheme, name: str, value: Any) -> str:  # noqa: ANN401 -- an answer
    if name in ("country", "based_in"):
        return _country(scheme, value)
    if name in LISTS_OF_COLUMNS:
        return _label(scheme, LISTS_OF_COLUMNS[name], value)
    return _number(value) if isinstance(value, int) else str(value or "")


def findings_of(scheme: Scheme, application: Application) -> dict[str, str]:
    """Say to each item of the checklist what the tool itself can tell from the answers."""
    organisation, person = application.organisation, application.representative
    kind = _label(scheme, "organisation_types", organisation.organisation_type)
    same = queries.same_as_a_visitor(organisation)
    hints = hint_words_in(scheme, f"{application.motivation} {application.learn} {application.offer}")
    return {
        "type_fits_the_role": _("%(type)s, asks for: %(roles)s")
        % {"type": kind, "roles": roles_in_words(scheme, application)},
        "country_participates": _("%(country)s takes part in this edition.")
        % {"country": _country(scheme, person.based_in)}
        if scheme.participates(person.based_in)
        else _("%(country)s does not take part in this edition.") % {"country": _country(scheme, person.based_in)},
        "size_of_the_enterprise": _("Computed from the figures: %(size)s")
        % {"size": _label(scheme, "size_classes", rules.size_of(scheme, organisation))}
        if organisation.people is not None
        else _("No figures are asked of this type."),
        "cluster_membership_shown": _label(scheme, "memberships", organisation.cluster_membership)
        or _("Not asked of this type."),
        "works_for_the_organisation": _("Declared by the applicant.")
        if person.works_for_organisation
        else _("Not declared."),
        "third_country_rule": _("Nationality: %(country)s") % {"country": _country(scheme, person.nationality)}
        if person.nationality
        else _("No other nationality was given."),
        "has_not_visited": _("Same name, VAT number or website as: %(names)s")
        % {"names": ", ".join(one.legal_name for one in same)}
        if same
        else _("Nobody with the same name, VAT number or website has visited."),
        "curriculum_vitae": person.curriculum_vitae.name if person.curriculum_vitae else _("There is none."),
        "motivation_is_concrete": _("%(count)d words") % {"count": len(application.motivation.split())},
        "purposes_are_allowed": _("Words to look at: %(words)s") % {"words": ", ".join(hints)}
        if hints
        else _("No such words found."),
        "preferences_are_workable": windows_in_words(application.windows).replace("\n", "; "),
        "language": ", ".join(_label(scheme, "languages", code) for code in application.working_languages),
    }
