"""What must be true before a step (exchange building)."""

from clusterxchange.workflow.tables import Refusal, Situation


def account_is_valid(situation: Situation) -> Refusal | None:
    raise NotImplementedError


def amount_is_published(situation: Situation) -> Refusal | None:
    raise NotImplementedError


def amount_is_within_bounds(situation: Situation) -> Refusal | None:
    raise NotImplementedError


def bank_details_are_there(situation: Situation) -> Refusal | None:
    raise NotImplementedError


def bank_details_are_wanted(situation: Situation) -> Refusal | None:
    raise NotImplementedError


def both_sides_are_accepted(situation: Situation) -> Refusal | None:
    raise NotImplementedError


def budget_is_free(situation: Situation) -> Refusal | None:
    raise NotImplementedError


def commitment_is_signed_by_all(situation: Situation) -> Refusal | None:
    raise NotImplementedError


def commitment_is_validated(situation: Situation) -> Refusal | None:
    raise NotImplementedError


def commitment_of_agreement_is_signed(situation: Situation) -> Refusal | None:
    raise NotImplementedError


def countries_differ(situation: Situation) -> Refusal | None:
    raise NotImplementedError


def declarations_are_made(situation: Situation) -> Refusal | None:
    raise NotImplementedError


def document_is_there(situation: Situation) -> Refusal | None:
    raise NotImplementedError


def exchange_has_not_ended(situation: Situation) -> Refusal | None:
    raise NotImplementedError


def exchange_is_open(situation: Situation) -> Refusal | None:
    raise NotImplementedError


def first_day_is_reached(situation: Situation) -> Refusal | None:
    raise NotImplementedError


def has_reported_no_show(situation: Situation) -> Refusal | None:
    raise NotImplementedError


def hash_is_current(situation: Situation) -> Refusal | None:
    raise NotImplementedError


def hints_are_answered(situation: Situation) -> Refusal | None:
    raise NotImplementedError


def length_is_allowed(situation: Situation) -> Refusal | None:
    raise NotImplementedError


def no_show_is_reported(situation: Situation) -> Refusal | None:
    raise NotImplementedError


def nothing_is_open(situation: Situation) -> Refusal | None:
    raise NotImplementedError


def offer_is_wanted(situation: Situation) -> Refusal | None:
    raise NotImplementedError


def page_is_current(situation: Situation) -> Refusal | None:
    raise NotImplementedError


def part_is_theirs_to_edit(situation: Situation) -> Refusal | None:
    raise NotImplementedError


def person_is_authenticated(situation: Situation) -> Refusal | None:
    raise NotImplementedError


def reason_is_given(situation: Situation) -> Refusal | None:
    raise NotImplementedError


def start_is_ahead(situation: Situation) -> Refusal | None:
    raise NotImplementedError


def text_is_complete(situation: Situation) -> Refusal | None:
    raise NotImplementedError


def visit_is_free_for_this(situation: Situation) -> Refusal | None:
    raise NotImplementedError
