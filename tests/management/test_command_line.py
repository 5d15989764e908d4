"""The command line: 0 is yes, 1 is no, 2 is misuse."""

from __future__ import annotations

import importlib
import json
from typing import TYPE_CHECKING

import pytest

from clusterxchange.management import command_line

if TYPE_CHECKING:
    from clusterxchange.management.installation import Installation


def test_an_unknown_command_is_misuse_and_the_known_ones_are_listed(capsys: pytest.CaptureFixture[str]) -> None:
    assert command_line.main(["fly"]) == command_line.MISUSE
    told = capsys.readouterr().err
    assert "There is no command fly." in told
    assert "clock" in told


def test_no_command_at_all_is_misuse() -> None:
    assert command_line.main([]) == command_line.MISUSE


def test_help_is_fine() -> None:
    assert command_line.main(["help"]) == command_line.YES


def test_a_missing_argument_is_misuse() -> None:
    assert command_line.main(["clock"]) == command_line.MISUSE


@pytest.mark.parametrize("name", command_line.available())
def test_each_command_says_what_it_does_and_takes_arguments_and_runs(name: str) -> None:
    module = importlib.import_module(command_line.COMMANDS[name])
    assert module.__doc__
    assert callable(module.add_arguments)
    assert callable(module.run)


@pytest.fixture
def database_is_there(monkeypatch: pytest.MonkeyPatch, db: None) -> None:  # noqa: ARG001 -- a fixture is asked for by name
    """Let commands use the database of the test."""
    from contextlib import nullcontext  # noqa: PLC0415 -- for this fixture alone

    def as_it_is() -> nullcontext[Installation | None]:
        return nullcontext(None)

    monkeypatch.setattr(command_line, "prepared_django", as_it_is)


@pytest.mark.usefixtures("database_is_there")
def test_the_clock_is_told_and_moved_forward_but_not_back(capsys: pytest.CaptureFixture[str]) -> None:
    assert command_line.main(["clock", "set", "2026-03-02T09:00:00+01:00", "--json"]) == command_line.YES
    assert json.loads(capsys.readouterr().out)["now"].startswith("2026-03-02T09:00:0")
    assert command_line.main(["clock", "get", "--json"]) == command_line.YES
    assert json.loads(capsys.readouterr().out)["now"].startswith("2026-03-02T09:00:0")
    assert command_line.main(["clock", "set", "2026-03-01T09:00:00+01:00", "--json"]) == command_line.NO
    assert json.loads(capsys.readouterr().out)["error"] == "clock_goes_backwards"


@pytest.mark.usefixtures("database_is_there")
@pytest.mark.parametrize(
    "words", [["clock", "set"], ["clock", "get", "2026-03-02T09:00:00+01:00"], ["clock", "set", "soon"]]
)
def test_a_clock_without_a_moment_or_with_a_wrong_one_is_misuse(words: list[str]) -> None:
    assert command_line.main(words) == command_line.MISUSE


def test_in_production_there_is_no_clock(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MODE", "production")
    assert command_line.main(["clock", "get"]) == command_line.MISUSE
