"""Who may do what in which state, and what comes of it: the code against the matrices beside this file."""

from __future__ import annotations

import csv
import json
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator
from functools import cache
from itertools import chain, combinations, product
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from clusterxchange.access.actions import Action
from clusterxchange.access.capacities import Capacity
from clusterxchange.access.table import PERMISSIONS
from clusterxchange.management import command_line
from clusterxchange.workflow import registry
from clusterxchange.workflow.outcomes import Outcome, outcome

HERE = Path(__file__).parent
# The order of the contract, section "Command line".
LIVES = (
    "application",
    "participation",
    "proposal",
    "exchange",
    "commitment",
    "financial_agreement",
    "activity_report",
    "evidence",
    "payment",
)
NOTHING_YET = "-"
NO_CONSENT = "-"
CONSENTS = {"none given", "others given", "given"}
# Allowed by the permission table, and no line of a life: ways of reading, speaking and writing a draft, and what the
# tool does to the old commitment once the amended one is signed.
NO_MOVES = {
    Action.EDIT_APPLICATION,
    Action.ASSIGN_PARTNERSHIP,
    Action.HAND_OVER,
    Action.REASSIGN_CASE,
    Action.DECLINE_MOVE,
    Action.SAVE_CHECKLIST,
    Action.PASS_TO_SECOND_READER,
    Action.REMIND_APPLICANT,
    Action.REMIND_PARTY,
    Action.INVITE_APPLICANT,
    Action.EDIT_ON_BEHALF,
    Action.RECORD_ACT,
    Action.CONFIRM_ACT,
    Action.OBJECT_TO_ACT,
    Action.IMPORT_PARTICIPANT,
    Action.SUPERSEDE_COMMITMENT,
    Action.WRITE_SIGNATURE,
    Action.COMMENT_ON_PART,
    Action.ASK_FOR_HELP,
    Action.ANSWER_HELP,
    Action.REMIND_SIGNERS,
    Action.DELEGATE_SIGNATURE,
    Action.REVOKE_DELEGATION,
    Action.TAKE_PEN,
    Action.RETURN_PEN,
    Action.HAND_IN_SIGNED_COPY,
    Action.SAVE_ORGANISATION,
    Action.REMOVE_SAVED_ORGANISATION,
    Action.HIDE_ORGANISATION,
    Action.SHOW_ORGANISATION_AGAIN,
    Action.OFFER_DATES,
    Action.ACCEPT_DATES,
    Action.CONFIRM_SUGGESTION,
    Action.SAVE_REPORT,
    Action.MAKE_PRESENCE_CODE,
    Action.RECOMPUTE_AMOUNT,
    Action.DRAW_FOR_CHECK,
    Action.RECORD_FINDING,
    Action.CONFIRM_PRESENCE,
    Action.ADD_STORY_PHOTO,
    Action.REMOVE_STORY_PHOTO,
    Action.GIVE_STORY_CONSENT,
    Action.WITHDRAW_STORY_CONSENT,
    Action.SAY_SOMETHING,
    Action.SEE,
    Action.SEE_PERSON,
    Action.OPEN_CURRICULUM_VITAE,
    Action.OPEN_BANK_DETAILS,
    Action.OPEN_EVIDENCE,
    Action.OPEN_DOCUMENT,
    Action.OPEN_VERIFICATION_PACK,
    Action.SAVE_SEARCH,
    Action.SWITCH_SEARCH_MAILS,
    Action.REMOVE_SAVED_SEARCH,
    Action.TELL_OF_NEW_RESULTS,
    Action.REPORT_IMPOSSIBLE_INVITATION,
}


class Line(NamedTuple):
    """One line of a matrix."""

    state: str
    action: str
    capacity: str
    consent: str
    outcome: str


@cache
def matrix(life: str) -> tuple[Line, ...]:
    written = (HERE / f"{life}.csv").read_text("utf-8").splitlines()
    columns, *lines = csv.reader(line for line in written if not line.startswith("#"))
    assert tuple(columns) == Line._fields
    return tuple(Line(*line) for line in lines)


def states_of(life: str) -> list[str]:
    return list(dict.fromkeys(line.state for line in matrix(life)))


def decided(life: str, line: Line, given: frozenset[Capacity]) -> str:
    state = None if line.state == NOTHING_YET else line.state
    found = outcome(registry.machine_named(life), state, Action(line.action), Capacity(line.capacity), given)
    return in_words(found)


def in_words(found: Outcome) -> str:
    return found.refusal or found.to or "deleted"


def consenting(life: str, state: str, action: str) -> frozenset[Capacity]:
    return frozenset(
        Capacity(line.capacity)
        for line in matrix(life)
        if (line.state, line.action, line.consent) == (state, action, "given")
    )


def consents_meant(life: str, line: Line) -> list[frozenset[Capacity]]:
    own = Capacity(line.capacity)
    match line.consent:
        case "none given":
            return [frozenset()]
        case "others given":
            return [consenting(life, line.state, line.action) - {own}]
        case "given":
            return [frozenset({own})]
        case _:
            # Whoever gives no consent is not moved by those of others.
            return [frozenset(), frozenset(Capacity) - {own}]


def test_each_life_of_the_contract_has_a_matrix_and_is_known_to_the_engine() -> None:
    assert tuple(machine.name for machine in registry.machines()) == LIVES
    assert sorted(path.stem for path in HERE.glob("*.csv") if path.stem not in {"routes", "turns"}) == sorted(LIVES)


@pytest.mark.parametrize(("life", "state"), [(life, state) for life in LIVES for state in states_of(life)])
def test_the_engine_decides_what_the_matrix_says(
    life: str, state: str, record_property: Callable[[str, object], None]
) -> None:
    lines = [line for line in matrix(life) if line.state == state]

    wrong = [
        f"{life}.csv says that {line.action} by {line.capacity} in {state} (consent: {line.consent}) comes to "
        f"{line.outcome}; the engine says {said}"
        for line in lines
        for given in consents_meant(life, line)
        if (said := decided(life, line, given)) != line.outcome
    ]

    assert wrong == []
    record_property("state_matrix_outcomes", len(lines))


@pytest.mark.parametrize("life", LIVES)
def test_a_matrix_has_a_line_for_every_state_action_and_capacity_once(life: str) -> None:
    held = defaultdict(list)
    for line in matrix(life):
        held[line.state, line.action, line.capacity].append(line.consent)

    combinations_wanted = product(states_of(life), {line.action for line in matrix(life)}, Capacity)
    wrong = [
        f"{life}.csv has {sorted(consents) or 'no line'} for {action} by {capacity} in {state}, "
        f"where one line with {NO_CONSENT} or one for each of {sorted(CONSENTS)} is due"
        for state, action, capacity in combinations_wanted
        if Counter(consents := held[state, action, capacity]) not in (Counter([NO_CONSENT]), Counter(CONSENTS))
    ]

    assert wrong == []


@pytest.mark.parametrize("life", LIVES)
def test_a_matrix_knows_the_states_and_actions_of_its_life_and_no_others(life: str) -> None:
    machine = registry.machine_named(life)
    begins = any(None in line.when for line in machine.rows)
    states = {*machine.states, *([NOTHING_YET] if begins else [])}
    actions = {str(line.action) for line in machine.rows}
    written_actions = {line.action for line in matrix(life)}

    wrong = [
        *(f"The code has the state {state}, {life}.csv does not" for state in states - set(states_of(life))),
        *(f"{life}.csv has the state {state}, the code does not" for state in set(states_of(life)) - states),
        *(f"The code has the action {action}, {life}.csv does not" for action in actions - written_actions),
        *(f"{life}.csv has the action {action}, the code does not" for action in written_actions - actions),
    ]

    assert sorted(wrong) == []


@pytest.mark.parametrize("life", LIVES)
def test_no_line_of_a_life_is_hidden_by_another(life: str) -> None:
    machine = registry.machine_named(life)
    declared = Counter((state, line.action) for line in machine.rows for state in line.when)

    assert [
        f"{action} stands {times} times in {state}" for (state, action), times in declared.items() if times > 1
    ] == []


@pytest.mark.parametrize("life", LIVES)
def test_whoever_is_permitted_a_move_finds_it_in_some_state(life: str) -> None:
    moved = {
        (line.action, line.capacity)
        for line in matrix(life)
        if line.outcome in {*states_of(life), "deleted", "the state before"}
    }
    permitted = {
        (str(action), str(capacity))
        for action, row in PERMISSIONS[life].items()
        if action not in NO_MOVES
        for capacity in row.capacities
    }

    assert sorted(permitted ^ moved) == []


# states.md: "the last one carries the subject on".
@pytest.mark.parametrize("life", LIVES)
def test_only_the_last_consent_carries_a_subject_on(life: str) -> None:
    wrong = [
        f"{line.action} by {line.capacity} after {sorted(some)} comes to {said}"
        for line in matrix(life)
        if line.consent == "none given"
        for some in proper_subsets(consenting(life, line.state, line.action) - {Capacity(line.capacity)})
        if (said := decided(life, line, some)) != line.state
    ]

    assert wrong == []


def proper_subsets(capacities: frozenset[Capacity]) -> Iterator[frozenset[Capacity]]:
    sizes = range(len(capacities))
    return map(frozenset, chain.from_iterable(combinations(sorted(capacities), size) for size in sizes))


@pytest.mark.parametrize("life", LIVES)
def test_a_reason_stands_only_where_its_action_has_no_line(life: str) -> None:
    machine = registry.machine_named(life)

    assert [
        f"{action} in {state} has a line, so {reason.code} is never told"
        for action, reasons in machine.reasons.items()
        for reason in reasons
        for state in reason.when
        if machine.row_for(action, state) is not None
    ] == []


@pytest.fixture
def printed(capsys: pytest.CaptureFixture[str]) -> dict[str, list[dict[str, Any]]]:
    """What `clusterxchange states --json` prints."""
    assert command_line.main(["states", "--json"]) == command_line.YES
    answer: dict[str, list[dict[str, Any]]] = json.loads(capsys.readouterr().out)
    return answer


def test_the_command_prints_the_lives_in_the_order_of_the_contract(printed: dict[str, list[dict[str, Any]]]) -> None:
    assert tuple(printed) == LIVES


@pytest.mark.parametrize("life", LIVES)
def test_the_command_prints_each_life_as_it_was_written_down(
    life: str, printed: dict[str, list[dict[str, Any]]]
) -> None:
    written: dict[str, list[dict[str, Any]]] = json.loads((HERE / "states.json").read_text("utf-8"))

    assert sorted(map(json.dumps, printed[life])) == sorted(map(json.dumps, written[life]))
