"""What has happened to the organisations of the demonstration before its clock begins: cases in every phase.

All moments are fixed, so that the same edition gives the same rows on every machine.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from clusterxchange.access.actor import CONTACT_POINT, COORDINATOR, SYSTEM, Actor
from clusterxchange.foundation.files import PDF, store
from clusterxchange.journeys.demonstration.people import make_representative, profiles
from clusterxchange.journeys.demonstration.story import PAPER, Stay, Story
from clusterxchange.parties.accounts.models import Account
from clusterxchange.parties.memberships import actor_for, people_of_partnership
from clusterxchange.parties.organisations.models import Representative
from clusterxchange.parties.partnerships.models import Partnership
from clusterxchange.phases.registration import operations as registration
from clusterxchange.phases.registration.models import Application, Participation
from clusterxchange.scheme.current import scheme_of_edition
from clusterxchange.scheme.models import Edition
from clusterxchange.workflow import engine

ZONE = ZoneInfo("Europe/Brussels")
FIRST_APPLICATIONS = datetime(2026, 1, 5, 9, 0, tzinfo=ZONE)
FEBRUARY = datetime(2026, 2, 16, 9, 0, tzinfo=ZONE)
LONGEST_APPLICATION = timedelta(days=3)
ROLES = {"visit": ("visit",), "host": ("host",), "both": ("visit", "host")}
WITH_AN_EXCEPTION = frozenset({"codrilact"})
# Organisations that have not come as far as an acceptance, and how far they are.
NOT_ACCEPTED = {
    "corrigmore": "draft",
    "aigerios": "submitted",
    "vlnoplaz": "opened",
    "rudzupuke": "held",
    "hraunlind": "agency",
    "sevanik": "refused",
    "krkonosin": "objected",
}


@dataclass(frozen=True)
class Told:
    """One exchange of the demonstration: who visits whom, how far it is, when it began and when the stay is."""

    visitor: str
    host: str
    until: str
    begins: date
    first_day: date
    last_day: date
    format: str = "physical"


EXCHANGES = (
    Told("fjordskinne", "haldenbrueck", "closed", date(2026, 1, 9), date(2026, 1, 20), date(2026, 1, 22)),
    Told("lumeroche", "lichtgraben", "paid", date(2026, 1, 9), date(2026, 1, 27), date(2026, 1, 29)),
    Told("slnkostreha", "zonakerek", "ordered", date(2026, 1, 12), date(2026, 2, 3), date(2026, 2, 5)),
    Told("javorovac", "valdorna", "due", date(2026, 1, 14), date(2026, 2, 9), date(2026, 2, 13)),
    Told("zefirului", "torreneve", "reported", date(2026, 1, 19), date(2026, 2, 17), date(2026, 2, 20)),
    Told("wielesteijn", "ljungdal", "ended", date(2026, 1, 26), date(2026, 2, 24), date(2026, 2, 26)),
    Told("hohtosiru", "almkorn", "running", date(2026, 2, 2), date(2026, 2, 26), date(2026, 3, 4)),
    Told("lipovadolina", "mannisalu", "running", date(2026, 2, 4), date(2026, 2, 25), date(2026, 3, 3), "virtual"),
    Told("valdorna", "haldenbrueck", "ready", date(2026, 2, 9), date(2026, 3, 24), date(2026, 3, 27)),
    Told("silberbach", "slnkostreha", "commitment_signed", date(2026, 2, 12), date(2026, 4, 14), date(2026, 4, 17)),
    Told("linaziede", "lichtgraben", "validated", date(2026, 2, 16), date(2026, 4, 21), date(2026, 4, 23)),
    Told("brumelaine", "pamukcayi", "agreed", date(2026, 2, 18), date(2026, 4, 14), date(2026, 4, 17)),
    Told("moldaviva", "scheldebio", "drafted", date(2026, 2, 19), date(2026, 5, 5), date(2026, 5, 8)),
    Told("rozograd", "lobomanso", "matched", date(2026, 2, 23), date(2026, 4, 14), date(2026, 4, 16)),
    Told("ljungdal", "ribeiraalta", "proposed", date(2026, 2, 25), date(2026, 5, 5), date(2026, 5, 7)),
    Told("pohjoisvirta", "rivesdelaube", "proposed", date(2026, 2, 26), date(2026, 4, 21), date(2026, 4, 23)),
)


def officer_of(partnership: Partnership, role: str) -> Actor:
    """Give the person who has a role in a partnership."""
    return actor_for(people_of_partnership(partnership.pk, [role])[0])


def make_cases(edition: Edition) -> None:
    """Let every organisation apply, and play the exchanges as far as each has come."""
    partnerships = {one.acronym: one for one in Partnership.objects.filter(edition=edition)}
    for number, profile in enumerate(profiles()):
        partnership = partnerships[profile["partnership"]]
        held_back = NOT_ACCEPTED.get(profile["key"])
        begins = FEBRUARY + timedelta(days=number % 5) if held_back else FIRST_APPLICATIONS
        at = begins + timedelta(minutes=3 * number)
        # Who must act is written once for each case, at its end: before that nobody was there to be asked.
        with engine.unit_of_work(SYSTEM, at + LONGEST_APPLICATION):
            apply_for(profile, partnership, held_back or "accepted", at)
    for told in EXCHANGES:
        story_of(told).tell_at_once(told.until)


def apply_for(profile: Mapping[str, Any], partnership: Partnership, until: str, at: datetime) -> None:
    """Let an organisation with its person apply to a partnership, and the partnership go on as far as is wanted."""
    person = make_representative(profile, at)
    person.curriculum_vitae = store(PAPER, f"cv-{profile['key']}.pdf", PDF, at)
    person.save(update_fields=["curriculum_vitae"])
    applicant = actor_for(person.account)
    application = registration.start_application(organisation=person.organisation, actor=applicant, at=at)
    registration.edit_application(
        application, answers=_answers(profile, partnership), actor=applicant, at=at + timedelta(minutes=25)
    )
    if until == "draft":
        return
    registration.submit_application(
        application,
        declares_true=True,
        declares_first_visit=True,
        declares_no_double_funding=True,
        declares_privacy=True,
        actor=applicant,
        at=at + timedelta(minutes=40),
    )
    if until != "submitted":
        _assess(application, partnership, profile, until, at + timedelta(days=1))


def _assess(
    application: Application, partnership: Partnership, profile: Mapping[str, Any], until: str, at: datetime
) -> None:
    officer = officer_of(partnership, CONTACT_POINT)
    registration.open_application(application, actor=officer, at=at)
    later = at + timedelta(hours=2)
    if until == "held":
        questions = "Which machine would you like to see at the host?\nWho of you travels?"
        registration.hold_application(application, questions=questions, actor=officer, at=later)
    elif until == "agency":
        registration.ask_agency(application, actor=officer, at=later)
    elif until in {"refused", "objected"}:
        reason = "The motivation names no subject and no kind of partner. You may apply again with both."
        registration.refuse_application(application, reason=reason, actor=officer, at=later)
        if until == "objected":
            objection = "Our second page names the two machines that we want to compare."
            applicant = actor_for(application.representative.account)
            registration.object_to_refusal(application, reason=objection, actor=applicant, at=later + timedelta(days=1))
    elif until == "accepted":
        if profile["key"] in WITH_AN_EXCEPTION:
            registration.ask_agency(application, actor=officer, at=at)
            agency = actor_for(Account.objects.get(is_agency=True))
            reason = "It offers what no member of a profiled cluster in the country offers."
            registration.approve_exception(application, reason=reason, actor=agency, at=at + timedelta(hours=1))
        checklist = {
            item.code: {"answer": "pass", "comment": ""}
            for item in scheme_of_edition(application.edition_id, at).checklist
        }
        decisions = dict.fromkeys(ROLES[profile["role"]], "accepted")
        registration.accept_application(application, checklist=checklist, decisions=decisions, actor=officer, at=later)


def _answers(profile: Mapping[str, Any], partnership: Partnership) -> dict[str, Any]:
    hosts = profile["role"] in {"host", "both"}
    same = (
        "purposes", "activities", "wished_types", "wished_countries", "wished_ecosystems", "working_languages",
        "days_wished", "format", "motivation", "windows",
    )  # fmt: skip
    return {
        **{name: profile[name] for name in same},
        "asks_visit": profile["role"] in {"visit", "both"},
        "asks_host": hosts,
        "learn": profile["learn"] or "",
        "offer": profile["offer"] or "",
        "places": profile["places"] if hosts else None,
        "exception_reason": profile["host_exception_reasons"] or "",
        "partnership_choice": "chosen",
        "wished_partnership": partnership,
        "shown_by_name": True,
    }


def story_of(told: Told) -> Story:
    """Put together who plays in one exchange of the demonstration."""
    visitor, host = _participation(told.visitor, "visit"), _participation(told.host, "host")
    return Story(
        visitor_participation=visitor,
        host_participation=host,
        visitor=_speaker(visitor),
        host=_speaker(host),
        visitor_contact=officer_of(visitor.partnership, CONTACT_POINT),
        host_contact=officer_of(host.partnership, CONTACT_POINT),
        coordinator=officer_of(visitor.partnership, COORDINATOR),
        begins_at=datetime(told.begins.year, told.begins.month, told.begins.day, 10, 0, tzinfo=ZONE),
        stay=Stay(told.first_day, told.last_day),
        format=told.format,
    )


def _participation(key: str, role: str) -> Participation:
    name = next(profile["legal_name"] for profile in profiles() if profile["key"] == key)
    return Participation.objects.get(organisation__legal_name=name, role=role)


def _speaker(participation: Participation) -> Actor:
    person = Representative.objects.select_related("account").get(organisation_id=participation.organisation_id)
    return actor_for(person.account)
