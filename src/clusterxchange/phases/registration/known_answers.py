"""What somebody has said before they had an account, taken into the registration that they start afterwards."""

from collections.abc import Mapping, MutableMapping
from datetime import datetime
from typing import Any

from clusterxchange.access.actor import Actor
from clusterxchange.phases.registration import operations, rules
from clusterxchange.phases.registration.models import Application
from clusterxchange.scheme.document import Scheme

SESSION_KEY = "answers_before_registration"
# By the name of a question of the public check: the columns that hold the answer, and how it is written there.
SINGLE = {"type": ("organisation_type",), "country": ("country", "based_in"), "membership": ("cluster_membership",)}
SEVERAL = {"ecosystem": "ecosystems", "host": "wished_countries"}
KINDS_OF_CODES = {
    "organisation_type": "organisation_types",
    "cluster_membership": "memberships",
    "ecosystems": "ecosystems",
}
RESIDENT = "resident"


def keep(session: MutableMapping[str, Any], answers: Mapping[str, str]) -> None:
    """Keep answers until a registration is started in this session."""
    session[SESSION_KEY] = dict(answers)


def take_in(
    session: MutableMapping[str, Any], application: Application, scheme: Scheme, *, actor: Actor, at: datetime
) -> None:
    """Fill the kept answers into a registration that was just started; what it knows already stays as it is."""
    kept = session.pop(SESSION_KEY, None)
    answers = as_columns(scheme, kept or {})
    empty = {name: given for name, given in answers.items() if not rules.answer_of(application, name)}
    if empty:
        operations.edit_application(application, answers=empty, section="known_answers", actor=actor, at=at)


def as_columns(scheme: Scheme, answers: Mapping[str, str]) -> dict[str, Any]:
    """Give the columns that hold the answers; what the edition does not know is left out."""
    found: dict[str, Any] = {}
    for question, columns in SINGLE.items():
        found |= {column: answers[question] for column in columns if _is_known(scheme, column, answers.get(question))}
    for question, column in SEVERAL.items():
        if _is_known(scheme, column, answers.get(question)):
            found[column] = [answers[question]]
    if answers.get("person") == RESIDENT:
        found |= {"has_residence_permit": True, "has_started_business": True}
    return found


def _is_known(scheme: Scheme, column: str, answer: str | None) -> bool:
    if not answer:
        return False
    code_list = KINDS_OF_CODES.get(column)
    return scheme.participates(answer) if code_list is None else answer in scheme.code_lists[code_list]
