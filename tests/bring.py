"""Brings a case of the cast to where a test begins, by the real operations."""

from datetime import date, datetime, timedelta

from clusterxchange.access.actor import Actor
from clusterxchange.journeys.demonstration.story import Stay, Story
from clusterxchange.parties.partnerships.models import Partnership
from clusterxchange.phases.registration import operations as registration
from clusterxchange.phases.registration.models import Application, Participation
from clusterxchange.scheme.current import scheme_of_edition
from tests.cast import ALCOI, MONDAY, Cast, Person, make_speaker
from tests.remembered import remembered

# Tuesday to Thursday, no holiday in Portugal: three full working days (scheme.md section 6, first vector).
STAY = Stay(date(2026, 4, 14), date(2026, 4, 16))
APPLICATION_STEPS = ("draft", "submitted", "opened", "accepted")


def bring_application_to(
    cast: Cast,
    person: Person,
    step: str,
    *,
    partnership: Partnership,
    officer: Actor,
    role: str = "visit",
    at: datetime = MONDAY,
) -> Application:
    """Bring an application of somebody of the cast to one of APPLICATION_STEPS."""
    way = ("application", person.account.email, step, partnership.acronym, officer.account_id, role, at)
    return remembered(way, lambda: _bring_application(cast, person, step, partnership, officer, role, at))


def _bring_application(
    cast: Cast, person: Person, step: str, partnership: Partnership, officer: Actor, role: str, at: datetime
) -> Application:
    application = registration.start_application(organisation=person.organisation, actor=person.actor, at=at)
    registration.edit_application(
        application, answers=answers(partnership, role), actor=person.actor, at=at + timedelta(minutes=20)
    )
    if step == "draft":
        return application
    registration.submit_application(
        application,
        declares_true=True,
        declares_first_visit=True,
        declares_no_double_funding=True,
        declares_privacy=True,
        actor=person.actor,
        at=at + timedelta(minutes=30),
    )
    if step == "submitted":
        return application
    registration.open_application(application, actor=officer, at=at + timedelta(hours=1))
    if step == "opened":
        return application
    checklist = {
        item.code: {"answer": "pass", "comment": ""} for item in scheme_of_edition(cast.edition.pk, at).checklist
    }
    registration.accept_application(
        application, checklist=checklist, decisions={role: "accepted"}, actor=officer, at=at + timedelta(hours=2)
    )
    return application


def answers(partnership: Partnership, role: str) -> dict[str, object]:
    """Give what the form asks beside person and organisation."""
    return {
        "asks_visit": role == "visit",
        "asks_host": role == "host",
        "motivation": "We lose a third of the fibre in carding and want to see another line.",
        "learn": "How recycled yarn runs on a fast loom.",
        "offer": "Two days at the loom with our team.",
        "places": 2 if role == "host" else None,
        "purposes": ["learn_from_actors"],
        "activities": ["sharing_knowledge"],
        "working_languages": ["en"],
        "days_wished": 3,
        "format": "both",
        "windows": [{"from": "2026-04-01", "to": "2026-06-30"}],
        "partnership_choice": "chosen",
        "wished_partnership": partnership,
        "shown_by_name": True,
    }


def bring_participation(
    cast: Cast, person: Person, *, partnership: Partnership, officer: Actor, role: str
) -> Participation:
    """Let somebody of the cast be accepted in one role."""
    application = bring_application_to(cast, person, "accepted", partnership=partnership, officer=officer, role=role)
    return Participation.objects.get(application=application, role=role)


def begin_story(cast: Cast, *, format: str = "physical", stay: Stay = STAY) -> Story:  # noqa: A002 -- the scheme's word
    """Let Ana and Bram be accepted, and begin the story of their exchange."""
    return remembered(("story", format, stay), lambda: _begin_of(cast, format, stay))


def _begin_of(cast: Cast, format: str, stay: Stay) -> Story:  # noqa: A002 -- as above
    visit = bring_participation(cast, cast.ana, partnership=cast.loom, officer=cast.chiara.actor, role="visit")
    host = bring_participation(cast, cast.bram, partnership=cast.selvedge, officer=cast.dov.actor, role="host")
    return _begin(cast, visit, host, cast.ana, format=format, stay=stay)


def _begin(
    cast: Cast,
    visit: Participation,
    host: Participation,
    visitor: Person,
    *,
    format: str = "physical",  # noqa: A002 -- as above
    stay: Stay = STAY,
) -> Story:
    return Story(
        visitor_participation=visit,
        host_participation=host,
        visitor=visitor.actor,
        host=cast.bram.actor,
        visitor_contact=cast.chiara.actor,
        host_contact=cast.dov.actor,
        coordinator=cast.cosima.actor,
        begins_at=MONDAY + timedelta(days=1),
        stay=stay,
        format=format,
    )


def bring_exchange_to(
    cast: Cast,
    step: str,
    *,
    format: str = "physical",  # noqa: A002 -- as above
    stay: Stay = STAY,
    at_once: bool = True,
) -> Story:
    """Bring the exchange of Ana and Bram to a step of the story.

    At once is quicker; a test of what people are told, or of what is open on the way, takes the steps one by one.
    """

    def reach() -> Story:
        story = begin_story(cast, format=format, stay=stay)
        return story.tell_at_once(step) if at_once else story.tell(step)

    return remembered(("exchange", step, format, stay, at_once), reach)


def bring_many_exchanges_to(cast: Cast, step: str, count: int) -> list[Story]:
    """Bring exchanges of as many visitors of LOOM with Bram to a step of the story, one by one."""

    def reach() -> list[Story]:
        first = bring_exchange_to(cast, step)
        Participation.objects.filter(pk=first.host_participation.pk).update(places=count)
        stories = [first]
        for number in range(2, count + 1):
            name = f"visitor{number}"
            person = make_speaker(
                name, f"Vera{number} Soler", f"Teixits Verdanya {number}, S.L.", ALCOI, cluster="Fils de Llevant"
            )
            visit = bring_participation(cast, person, partnership=cast.loom, officer=cast.chiara.actor, role="visit")
            stories.append(_begin(cast, visit, first.host_participation, person).tell_at_once(step))
        return stories

    return remembered(("exchanges", step, count), reach)
