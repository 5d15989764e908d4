"""What tests of the registration may ask for."""

from collections.abc import Callable
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from clusterxchange.access.rules import Thing
from clusterxchange.phases.registration import operations, queries, rules
from clusterxchange.phases.registration.models import Application
from tests.cast import CURRICULUM_VITAE, MONDAY, Cast, Person

DECLARATIONS: dict[str, Any] = {
    "declares_true": True,
    "declares_first_visit": True,
    "declares_no_double_funding": True,
    "declares_privacy": True,
}
WISHES = {
    "motivation": "We lose a third of the fibre in carding and want to see how others sort it.",
    "learn": "How recycled yarn behaves on fast looms.",
    "offer": "A morning at our sorting line.",
    "places": 2,
    "purposes": ["learn_from_actors"],
    "activities": ["sharing_knowledge"],
    "working_languages": ["en"],
    "days_wished": 3,
    "format": "physical",
    "windows": [{"from": "2026-04-13", "to": "2026-05-29"}],
    "wished_countries": ["PT"],
}


def start(person: Person, *, visit: bool = True, host: bool = False, **answers: Thing) -> Application:
    """Bring a person's application as far as its last question."""
    application = operations.start_application(actor=person.actor, at=MONDAY, organisation=person.organisation)
    given = {"asks_visit": visit, "asks_host": host, "partnership_choice": "assigned", **WISHES, **answers}
    return operations.edit_application(application, answers=given, actor=person.actor, at=MONDAY)


def submit(person: Person, **answers: Thing) -> Application:
    """Bring a person's application to a partnership."""
    application = start(person, **answers)
    return operations.submit_application(application, actor=person.actor, at=MONDAY, **DECLARATIONS)


def checklist(application: Application, **other: str) -> dict[str, dict[str, str]]:
    """Pass every item but those named."""
    scheme = queries.scheme_of_edition(application.edition_id, MONDAY)
    items = rules.checklist_items(scheme, rules.roles_asked(application))
    return {item: {"answer": other.get(item, "pass"), "comment": ""} for item in items}


def open_by(person: Person, application: Application) -> Application:
    """Let a contact point open an application."""
    return operations.open_application(application, actor=person.actor, at=MONDAY)


def accept(person: Person, application: Application) -> Application:
    """Let a contact point accept every role asked."""
    decisions = {"visit": "accepted", "host": "accepted"}
    return operations.accept_application(
        application, checklist=checklist(application), decisions=decisions, actor=person.actor, at=MONDAY
    )


@pytest.fixture
def sign_in(client: Client) -> Callable[[Person], Client]:
    """Sign somebody of the cast in and give the browser."""

    def as_person(person: Person) -> Client:
        client.force_login(person.account)
        return client

    return as_person


@pytest.fixture
def submitted(cast: Cast) -> Application:
    """Ana's application, just submitted; it went to LOOM."""
    return submit(cast.ana)


@pytest.fixture
def opened(cast: Cast, submitted: Application) -> Application:
    """Ana's application, opened by Chiara."""
    return open_by(cast.chiara, submitted)


def a_file(name: str = "cv.pdf", content: bytes = CURRICULUM_VITAE) -> SimpleUploadedFile:
    """Give a file as a browser sends it."""
    return SimpleUploadedFile(name, content)
