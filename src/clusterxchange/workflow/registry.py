"""Every life and everything that follows a move, as the phases have declared them."""

from collections import defaultdict
from collections.abc import Callable
from datetime import datetime
from typing import TYPE_CHECKING, Any

from django.db.models import Model

from clusterxchange.access.actor import Actor
from clusterxchange.workflow.tables import Machine, Situation

if TYPE_CHECKING:
    from clusterxchange.workflow.deadlines import Done

ORDER = (
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

_machines: dict[str, Machine] = {}
_followers: dict[tuple[str, str], list[Callable[[Situation], None]]] = defaultdict(list)
FilesOf = Callable[[Any, Actor], list[dict[str, Any]]]
Opener = Callable[[datetime], "list[Done]"]
_openers: list[Opener] = []
_files: dict[str, list[FilesOf]] = defaultdict(list)


def register(machine: Machine) -> Machine:
    """Make a life known to the engine; called where it is declared."""
    _machines[machine.name] = machine
    return machine


def machine_named(name: str) -> Machine:
    """Give the life with this name."""
    return _machines[name]


def machine_of(subject: Model) -> Machine:
    """Give the life of this row."""
    return next(machine for machine in _machines.values() if isinstance(subject, machine.model))


def machines() -> tuple[Machine, ...]:
    """Give every life in the order of the programme."""
    return tuple(_machines[name] for name in ORDER if name in _machines)


def all_machines() -> tuple[Machine, ...]:
    """Give every life, those of people and partnerships behind the programme's own."""
    return (*machines(), *(machine for name, machine in _machines.items() if name not in ORDER))


def machines_of_root(root_name: str) -> tuple[Machine, ...]:
    """Give the lives that hang on a kind of case, the case's own included."""
    return tuple(machine for machine in all_machines() if (machine.root_name or machine.name) == root_name)


def follows(machine_name: str, state: str) -> Callable[[Callable[[Situation], None]], Callable[[Situation], None]]:
    """Run the function, in the same transaction, whenever a subject of this life has come to the state."""

    def remember(follower: Callable[[Situation], None]) -> Callable[[Situation], None]:
        _followers[machine_name, state].append(follower)
        return follower

    return remember


def followers(machine_name: str, state: str) -> tuple[Callable[[Situation], None], ...]:
    """Give what runs when a subject of this life has come to the state."""
    return tuple(_followers.get((machine_name, state), ()))


def opens_when_due(opener: Opener) -> Opener:
    """Let a phase open what is due to begin, each time when the terms are looked at; it says what it has opened."""
    _openers.append(opener)
    return opener


def openers() -> tuple[Opener, ...]:
    """Give what opens things when their day has come."""
    return tuple(_openers)


def adds_files(machine_name: str) -> Callable[[FilesOf], FilesOf]:
    """Let a later phase put files of its own on the page of a life, those that the reader may open."""

    def remember(files_of: FilesOf) -> FilesOf:
        _files[machine_name].append(files_of)
        return files_of

    return remember


def added_files(machine_name: str, subject: Model, actor: Actor) -> list[dict[str, Any]]:
    """Give the files that later phases put on the page of a life."""
    return [file for files_of in _files.get(machine_name, ()) for file in files_of(subject, actor)]


def all_followers() -> dict[tuple[str, str], list[Callable[[Situation], Any]]]:
    """Give every follower with what it follows, for the generated reference."""
    return dict(_followers)
