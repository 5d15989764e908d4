"""The reference pages, written from the tables, sentences, settings and commands in the code."""

import argparse
import importlib
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from clusterxchange.access.actions import Action
from clusterxchange.access.actor import PARTNERSHIP_ROLES
from clusterxchange.access.capacities import ORDER, WORDS, Capacity
from clusterxchange.access.rules import Condition, Holder, May, Relation
from clusterxchange.access.table import DISCLOSURES, PERMISSIONS, RELATIONS
from clusterxchange.config import environment, serving
from clusterxchange.journeys.personal_data.declarations import DECLARATIONS
from clusterxchange.journeys.personal_data.kinds import KINDS
from clusterxchange.management.command_line import COMMANDS, PURE
from clusterxchange.workflow import sentences
from clusterxchange.workflow.drawing import diagram_of, lines_of
from clusterxchange.workflow.registry import all_followers, all_machines
from clusterxchange.workflow.tables import Machine, Row, Timed

NOTE = "<!-- Written by `manage.py render_reference`; change the code instead. -->"
CAPACITY_WORDS = {capacity: word.replace("_", " ").lower() for capacity, word in WORDS.items()}


def pages() -> dict[str, str]:
    """Give the text of every page by its file name."""
    writers: Mapping[str, Callable[[], Iterable[str]]] = {
        "states.md": states_page,
        "permissions.md": permissions_page,
        "notices.md": notices_page,
        "refusals.md": refusals_page,
        "settings.md": settings_page,
        "commands.md": commands_page,
        "personal-data.md": personal_data_page,
    }
    return {name: "\n".join([NOTE, "", *writer()]).rstrip() + "\n" for name, writer in writers.items()}


def table(head: Iterable[str], rows: Iterable[Iterable[object]]) -> list[str]:
    """Write a table; what would break a cell is escaped."""
    head = list(head)
    return [
        f"| {' | '.join(head)} |",
        f"|{' --- |' * len(head)}",
        *(f"| {' | '.join(_cell(one) for one in row)} |" for row in rows),
    ]


def _cell(value: object) -> str:
    return str(value).replace("|", "\\|").replace("\n", " ").strip() or " "


def _words(names: Iterable[object]) -> str:
    return ", ".join(str(name).replace("_", " ") for name in names)


def _called(functions: Iterable[Callable[..., Any]]) -> str:
    return _words(function.__name__ for function in functions)


def _letters(capacities: Iterable[Capacity]) -> str:
    held = set(capacities)
    return ", ".join(str(capacity) for capacity in ORDER if capacity in held)


# States


def states_page() -> Iterable[str]:
    """Write every life: its diagram, its rows, what follows it."""
    yield "# States"
    yield ""
    yield "Every life in the tool, from the tables that the engine reads. Capacities are written in letters:"
    yield ""
    yield from table(("Letters", "Capacity"), ((str(one), CAPACITY_WORDS[one]) for one in ORDER))
    yield ""
    yield (
        "*each* marks a consent: every capacity named gives it once for each version, and the last one carries the "
        "subject on. *Only if* is looked at before anybody acts, *answers* when something has been typed."
    )
    for machine in all_machines():
        yield ""
        yield from _life(machine)


def _life(machine: Machine) -> Iterable[str]:
    yield f"## {machine.name}"
    yield ""
    yield f"States: {', '.join(f'`{state}`' for state in machine.states)}."
    yield ""
    yield "```mermaid"
    yield diagram_of(machine)
    yield "```"
    yield ""
    rows = [
        (
            f"`{line.before}`" if line.before else "-",
            f"`{line.action}`",
            f"*each* {_letters(line.by)}" if line.each else _letters(line.by),
            f"`{line.after}`" if line.after in machine.states else line.after or "deleted",
        )
        for line in lines_of(machine)
    ]
    yield from table(("From", "Action", "By", "To"), rows)
    yield ""
    yield from table(
        ("Action", "From", "Asked", "Term", "Only if", "Answers", "Writes and afterwards", "Takes back", "Told"),
        (_row(machine, row) for row in machine.rows),
    )
    followers = [(state, found) for (name, state), found in sorted(all_followers().items()) if name == machine.name]
    for state, found in followers:
        yield ""
        yield f"After `{state}` follows: {', '.join(_named(one) for one in found)}."


def _row(machine: Machine, row: Row) -> tuple[str, ...]:
    before = ["-"] if None in row.when else [f"`{state}`" for state in machine.states if state in row.when]
    return (
        f"`{row.action}`",
        ", ".join(before),
        _letters(row.asks),
        ", ".join(_term(timed) for timed in row.terms),
        _called(row.only_if),
        _called(row.answers),
        _called((*row.writes, *row.afterwards)),
        ", ".join(f"`{action}`" for action in sorted(row.resets)),
        _letters(row.tells),
    )


def _term(timed: Timed) -> str:
    since = timed.since.replace("__", " of its ", 1) if timed.since.count("__") == 1 else timed.since
    moment = "the state" if timed.since == "state_since" else since.replace("_", " ")
    return f"*{timed.term.replace('_', ' ')}* from {moment}" if timed.term else f"at {moment}"


def _named(function: Callable[..., Any]) -> str:
    return f"`{function.__module__.removeprefix('clusterxchange.')}.{function.__name__}`"


# Permissions


def permissions_page() -> Iterable[str]:
    """Write who may do what, in whole words."""
    yield "# Permissions"
    yield ""
    yield (
        "Who may do what. When it may be done stands in the [states](states.md). Pages, lists, downloads and buttons "
        "all read this one table. `see` is the permission behind every page and list."
    )
    for kind, rows in PERMISSIONS.items():
        yield ""
        yield f"## {kind}"
        yield ""
        yield from table(
            ("Capacity", "Held by"),
            ((CAPACITY_WORDS[capacity], _held(relation)) for capacity, relation in RELATIONS[kind].items()),
        )
        yield ""
        yield from table(
            ("Action", "Who", "Except"),
            ((f"`{action}`", _who(row), _except(kind, action, row)) for action, row in rows.items()),
        )


def _held(relation: Relation) -> str:
    match relation.holder:
        case Holder.ORGANISATION:
            return f"people who speak for the organisation at `{relation.path}`"
        case Holder.PARTNERSHIP:
            roles = "any role" if relation.roles == PARTNERSHIP_ROLES else _words(sorted(relation.roles))
            return f"people of the partnership at `{relation.path}` ({roles})"
        case Holder.ACCOUNT:
            return f"the person at `{relation.path}`"
        case Holder.AUDITOR:
            return f"the auditor at `{relation.path}`"
        case Holder.SUPPORT_OFFICE:
            return "people of the support office"
        case Holder.AGENCY:
            return "people of the agency"


def _who(row: May) -> str:
    return ", ".join(CAPACITY_WORDS[capacity] for capacity in ORDER if capacity in row.capacities)


def _except(kind: str, action: Action, row: May) -> str:
    found = [f"not {_condition(one)}" for one in row.unless]
    found += [f"only {_condition(one)}" for one in row.only]
    disclosed = DISCLOSURES.get(kind, {}).get(action)
    if disclosed is not None:
        found.append(f"also {_held(disclosed)}")
    return "; ".join(found)


def _condition(condition: Condition) -> str:
    return f"{_held(condition.relation)} (`{condition.code}`)"


# Sentences


def notices_page() -> Iterable[str]:
    """Write what is said of each action on buttons, banners and in mails."""
    yield "# Notices"
    yield ""
    yield (
        "What is said of each action: the button, what the reader must do, what others do, what happened. Banner, "
        "desk, mail and badge take the same sentence. Names stand for what the case puts in."
    )
    for machine in all_machines():
        yield ""
        yield f"## {machine.name}"
        yield ""
        actions = [action for action in PERMISSIONS[machine.name] if action in sentences.ACTIONS]
        yield from table(
            ("Action", "Button", "Reader must do", "Others do", "Happened", "Hint"),
            (_sentences(action) for action in actions),
        )
        yield ""
        yield from table(
            ("State", "Words"),
            (
                (f"`{state}`", sentences.STATES[machine.name, state])
                for state in machine.states
                if (machine.name, state) in sentences.STATES
            ),
        )


def _sentences(action: Action) -> tuple[str, ...]:
    texts = sentences.ACTIONS[action]
    return (
        f"`{action}`",
        str(texts.button),
        str(texts.asked),
        str(texts.waiting),
        str(texts.happened),
        str(texts.hint),
    )


def refusals_page() -> Iterable[str]:
    """Write every code and its sentence."""
    yield "# Refusals"
    yield ""
    yield "Every code with which something is refused, and what the reader is told."
    yield ""
    yield from table(
        ("Code", "Sentence"), ((f"`{code}`", sentence) for code, sentence in sorted(sentences.REFUSALS.items()))
    )


# Settings and commands


def settings_page() -> Iterable[str]:
    """Write what an operator may set."""
    yield "# Settings"
    yield ""
    yield "All settings are variables of the environment. An empty value counts as not set."
    yield ""
    yield from table(
        ("Name", "Kind", "Without it", "What it is"),
        (
            (f"`{one.name}`", one.kind, _default(one), one.description)
            for one in sorted(environment.REGISTERED.values(), key=lambda one: one.name)
        ),
    )


def _default(setting: environment.Setting) -> str:
    if setting.default == f"http://{serving.HOST}:{serving.PORT}":
        return "`http://HOST:PORT`"
    return f"`{setting.default}`" if setting.default else "none"


class ArgumentNotes(argparse.ArgumentParser):
    """Keeps what a command asks for instead of reading it."""

    def __init__(self) -> None:
        super().__init__(add_help=False)
        self.notes: list[tuple[str, str]] = []

    def add_argument(self, *names: Any, **options: Any) -> argparse.Action:  # noqa: ANN401 -- the signature of argparse
        """Note the argument in words."""
        shown = f"`{names[-1]}`" if names[0].startswith("-") else f"`{options.get('metavar') or names[0]}`"
        words = [str(options["help"])] if options.get("help") else []
        if options.get("choices"):
            words.append(f"One of {', '.join(f'`{choice}`' for choice in options['choices'])}.")
        if options.get("required"):
            words.append("Required.")
        elif options.get("default") is not None:
            words.append(f"Without it `{options['default']}`.")
        self.notes.append((shown, " ".join(words)))
        return super().add_argument(*names, **options)


def commands_page() -> Iterable[str]:
    """Write every command with what it asks for."""
    yield "# Commands"
    yield ""
    yield (
        "`.venv/bin/clusterxchange COMMAND`. Each takes `--json` and then prints one JSON document. It ends with 0 for "
        "yes, 1 for no and 2 for a misuse. `clock` is absent in production."
    )
    for name, path in COMMANDS.items():
        module = importlib.import_module(path)
        notes = ArgumentNotes()
        module.add_arguments(notes)
        yield ""
        yield f"## {name}"
        yield ""
        summary = " ".join(str(getattr(module, "SUMMARY", module.__doc__ or "")).split())
        yield summary
        if name in PURE and name != "run":
            yield ""
            yield "It needs neither settings nor a database."
        if notes.notes:
            yield ""
            yield from table(("Argument", "What it is"), notes.notes)


# Personal data


def personal_data_page() -> Iterable[str]:
    """Write the record of processing: what is held of people, why, for how long, and where."""
    yield "# Personal data"
    yield ""
    yield (
        "The record of processing (Article 30 of Regulation (EU) 2016/679), from the declarations in the code. A test "
        "fails for a field that is not declared. Who may see what stands in the [permissions](permissions.md)."
    )
    yield ""
    yield from table(
        ("Kind", "Purpose", "Lawful basis", "Kept", "In a copy", "When its person is erased"),
        (
            (one.name, one.purpose, one.basis.value, one.kept, "yes" if one.is_exported else "no", one.erasure.value)
            for one in KINDS
        ),
    )
    yield ""
    yield "## Where it stands"
    for kind in KINDS:
        yield ""
        yield f"### {kind.name}"
        yield ""
        yield from table(
            ("Table", "Fields", "Whose"),
            (
                (
                    f"`{one.label}`",
                    ", ".join(f"`{name}`" for name in one.holds[kind]),
                    ", ".join(f"`{way}`" for way in one.people),
                )
                for one in DECLARATIONS
                if kind in one.holds
            ),
        )
