"""The reference pages say what the code says, and leave nothing out."""

import importlib
import json
import re
from contextlib import nullcontext
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from clusterxchange.access.actions import Action
from clusterxchange.access.capacities import ORDER
from clusterxchange.access.table import PERMISSIONS
from clusterxchange.config import environment
from clusterxchange.management import command_line
from clusterxchange.management.references import ArgumentNotes, pages, table
from clusterxchange.workflow import sentences
from clusterxchange.workflow.drawing import diagram_of, lines_of
from clusterxchange.workflow.registry import all_followers, machine_named, machines

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="module")
def written() -> dict[str, str]:
    """Every page as the code writes it now."""
    return pages()


def test_the_committed_pages_are_those_that_the_code_writes() -> None:
    call_command("render_reference", "--check")


def test_a_page_that_differs_is_named_and_then_written_anew(tmp_path: Path) -> None:
    call_command("render_reference", "--folder", str(tmp_path), verbosity=0)
    call_command("render_reference", "--check", "--folder", str(tmp_path))
    stale = tmp_path / "states.md"
    stale.write_text("Otherwise.\n", encoding="utf-8")
    with pytest.raises(CommandError, match=r"states\.md"):
        call_command("render_reference", "--check", "--folder", str(tmp_path))
    assert stale.read_text("utf-8") == "Otherwise.\n"
    call_command("render_reference", "--folder", str(tmp_path), verbosity=0)
    call_command("render_reference", "--check", "--folder", str(tmp_path))


def test_every_state_and_action_of_every_life_is_there(written: dict[str, str]) -> None:
    text = written["states.md"]
    for machine in machines():
        part = text.partition(f"\n## {machine.name}\n")[2].partition("\n## ")[0]
        for state in machine.states:
            assert f"`{state}`" in part
        for line in machine.rows:
            assert f"`{line.action}`" in part
        assert diagram_of(machine) in part
    for (_name, state), found in all_followers().items():
        for follower in found:
            assert follower.__name__ in text
        assert f"After `{state}` follows" in text


def test_every_permission_is_there(written: dict[str, str]) -> None:
    text = written["permissions.md"]
    for kind, rows in PERMISSIONS.items():
        part = text.partition(f"\n## {kind}\n")[2].partition("\n## ")[0]
        for action in rows:
            assert f"| `{action}` |" in part
    assert "`own_organisation_assessed`" in text
    assert "`same_person_released`" in text


def test_every_action_of_a_life_has_its_sentences(written: dict[str, str]) -> None:
    without = [
        (machine.name, str(line.action))
        for machine in machines()
        for line in machine.rows
        if line.action not in sentences.ACTIONS
    ]
    assert without == []
    for action in sentences.ACTIONS:
        if any(action in rows for rows in PERMISSIONS.values()):
            assert f"| `{action}` |" in written["notices.md"]


def test_whoever_is_asked_is_told_what_to_do_and_others_what_they_wait_for() -> None:
    silent = [
        str(line.action)
        for machine in machines()
        for line in machine.rows
        if line.asks and not (sentences.ACTIONS[line.action].asked and sentences.ACTIONS[line.action].waiting)
    ]
    assert silent == []


def test_every_state_has_its_words() -> None:
    bare = [
        (machine.name, state)
        for machine in machines()
        for state in machine.states
        if (machine.name, state) not in sentences.STATES
    ]
    assert bare == []


def test_every_refusal_is_there_and_is_short(written: dict[str, str]) -> None:
    for code, sentence in sentences.REFUSALS.items():
        assert f"| `{code}` |" in written["refusals.md"]
        assert len(str(sentence).split()) <= 25, code


def codes_in_the_code() -> set[str]:
    found: set[str] = set()
    for path in (ROOT / "src" / "clusterxchange").rglob("*.py"):
        found |= set(re.findall(r"\bRefusal\(\s*\"(\w+)\"", path.read_text("utf-8")))
    for rows in PERMISSIONS.values():
        found |= {one.code for row in rows.values() for one in (*row.unless, *row.only)}
    return found


def test_every_code_with_which_the_code_refuses_has_a_sentence() -> None:
    assert sorted(codes_in_the_code() - set(sentences.REFUSALS)) == []


def test_every_setting_and_command_is_there(written: dict[str, str]) -> None:
    for name in environment.REGISTERED:
        assert f"| `{name}` |" in written["settings.md"]
    for name, path in command_line.COMMANDS.items():
        part = written["commands.md"].partition(f"\n## {name}\n")[2].partition("\n## ")[0]
        notes = ArgumentNotes()
        importlib.import_module(path).add_arguments(notes)
        for shown, _words in notes.notes:
            assert shown in part


def test_pages_do_not_depend_on_the_port_of_whoever_writes_them(written: dict[str, str]) -> None:
    assert "| `PUBLIC_URL` | text | `http://HOST:PORT` |" in written["settings.md"]


def test_no_page_names_a_place_on_a_machine(written: dict[str, str]) -> None:
    for text in written.values():
        assert str(ROOT) not in text


def test_a_bar_in_a_cell_does_not_break_the_table() -> None:
    assert table(("One", "Two"), [("a|b", "c\nd")]) == ["| One | Two |", "| --- | --- |", "| a\\|b | c d |"]


def test_lines_of_the_same_state_and_action_are_one() -> None:
    for machine in machines():
        keys = [(line.before, line.action) for line in lines_of(machine)]
        assert len(keys) == len(set(keys))


def test_what_stays_what_is_deleted_and_what_goes_back_is_said_as_such() -> None:
    def after(machine: str, before: str | None, action: Action) -> str | None:
        found = next(
            line for line in lines_of(machine_named(machine)) if line.before == before and line.action is action
        )
        return found.after

    assert after("participation", "RESERVED", Action.MOVE_PARTICIPATION) == "RESERVED"
    assert after("participation", "SUSPENDED", Action.LIFT_SUSPENSION) == "the state before"
    assert after("payment", "BLOCKED", Action.UNBLOCK_PAYMENT) == "the state before"
    assert after("application", "DRAFT", Action.DISCARD_APPLICATION) is None
    assert after("application", None, Action.START_APPLICATION) == "DRAFT"


def test_states_permissions_and_refusals_are_printed_as_json(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:

    monkeypatch.setattr(command_line, "prepared_settings", nullcontext)
    printed = {}
    for name in ("states", "permissions", "refusals"):
        assert command_line.main([name, "--json"]) == command_line.YES
        printed[name] = json.loads(capsys.readouterr().out)
    assert list(printed["states"]) == [machine.name for machine in machines()]
    one = next(line for line in printed["states"]["commitment"] if line["action"] == "sign_commitment")
    assert one == {
        "from": "SIGNING",
        "action": "sign_commitment",
        "by": ["V", "H", "VP", "HP"],
        "each": True,
        "to": "SIGNED",
    }
    assert printed["permissions"]["payment"]["release_payment"]["unless"] == [
        {"holder": "account", "path": "ordered_by_id", "refusal": "same_person_released"}
    ]
    assert [str(one) for one in ORDER if one in {"V", "H", "VP"}] == printed["permissions"]["application"][
        "start_application"
    ]["by"]
    assert printed["refusals"]["commitment_not_signed"]
