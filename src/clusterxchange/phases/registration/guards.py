"""What must be true before a step (registration)."""

from clusterxchange.workflow.tables import Refusal, Situation


def accepted_roles_are_allowed(situation: Situation) -> Refusal | None:
    raise NotImplementedError


def answers_are_complete(situation: Situation) -> Refusal | None:
    raise NotImplementedError


def application_was_not_opened(situation: Situation) -> Refusal | None:
    raise NotImplementedError


def at_least_one_role_is_accepted(situation: Situation) -> Refusal | None:
    raise NotImplementedError


def checklist_is_complete(situation: Situation) -> Refusal | None:
    raise NotImplementedError


def country_takes_part(situation: Situation) -> Refusal | None:
    raise NotImplementedError


def curriculum_vitae_is_there(situation: Situation) -> Refusal | None:
    raise NotImplementedError


def declarations_are_made(situation: Situation) -> Refusal | None:
    raise NotImplementedError


def each_question_is_answered(situation: Situation) -> Refusal | None:
    raise NotImplementedError


def email_is_confirmed(situation: Situation) -> Refusal | None:
    raise NotImplementedError


def host_exception_is_asked(situation: Situation) -> Refusal | None:
    raise NotImplementedError


def no_application_is_open(situation: Situation) -> Refusal | None:
    raise NotImplementedError


def no_commitment_is_signed(situation: Situation) -> Refusal | None:
    raise NotImplementedError


def no_exchange_runs(situation: Situation) -> Refusal | None:
    raise NotImplementedError


def objection_is_in_time(situation: Situation) -> Refusal | None:
    raise NotImplementedError


def other_partnership_is_open(situation: Situation) -> Refusal | None:
    raise NotImplementedError


def questions_are_given(situation: Situation) -> Refusal | None:
    raise NotImplementedError


def reason_is_given(situation: Situation) -> Refusal | None:
    raise NotImplementedError


def type_allows_the_role(situation: Situation) -> Refusal | None:
    raise NotImplementedError


def until_is_ahead(situation: Situation) -> Refusal | None:
    raise NotImplementedError


def was_not_objected_before(situation: Situation) -> Refusal | None:
    raise NotImplementedError
