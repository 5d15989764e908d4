"""Reads a folder of real partnerships; a missing file or column is said by its name."""

import csv
import gzip
import re
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

PROJECTS = ("project", "title", "objective", "start")
PARTICIPATIONS = ("project", "org", "name", "kind", "sme", "country", "role")
TITLES = ("language", "code", "title")
SPLIT = re.compile(r"\d{4}(-\d{2}){0,2}")
SHORTEST_NAME = 4


class BadData(Exception):
    """Say what is wrong with a folder, in a sentence."""


@dataclass(frozen=True, slots=True)
class Project:
    """A project: what it is called, what it wants, when it starts and which area it belongs to."""

    code: str
    title: str
    objective: str
    start: str
    area: str


@dataclass(frozen=True, slots=True)
class Part:
    """An organisation's part in a project."""

    project: str
    organisation: str
    name: str
    kind: str
    is_sme: bool
    country: str
    role: str


@dataclass(frozen=True, slots=True)
class Title:
    """What a class of NACE is called in a language."""

    language: str
    code: str
    title: str


@dataclass(frozen=True)
class Data:
    """Everything that a folder holds; organisation names are stripped from the texts of their own projects."""

    projects: Mapping[str, Project]
    parts: tuple[Part, ...]
    titles: tuple[Title, ...]


def read(folder: Path) -> Data:
    """Read a folder in the documented format.

    :raises BadData: a file or a column is missing, or nothing is in it.
    """
    if not folder.is_dir():
        raise BadData(f"There is no folder {folder}.")
    parts = tuple(
        Part(
            row["project"],
            row["org"],
            row["name"],
            row["kind"],
            row["sme"].strip().lower() in {"true", "1", "yes"},
            row["country"],
            row["role"],
        )
        for row in _rows(folder / "participations.csv.gz", PARTICIPATIONS)
    )
    names = defaultdict(set)
    for part in parts:
        names[part.project].add(part.name)
    projects = {
        row["project"]: Project(
            row["project"],
            without_names(row["title"], names[row["project"]]),
            without_names(row["objective"], names[row["project"]]),
            row["start"],
            row.get("area") or "",
        )
        for row in _rows(folder / "projects.csv.gz", PROJECTS)
    }
    file = folder / "nace_titles.csv.gz"
    titles = tuple(
        Title(row["language"], row["code"], row["title"]) for row in (_rows(file, TITLES) if file.exists() else ())
    )
    if not projects or not parts:
        raise BadData(f"{folder} holds no projects or no participations.")
    return Data(projects, tuple(part for part in parts if part.project in projects), titles)


def _rows(file: Path, needed: Iterable[str]) -> list[dict[str, str]]:
    if not file.exists():
        raise BadData(f"{file} is missing.")
    try:
        with gzip.open(file, "rt", encoding="utf-8", newline="") as opened:
            reader = csv.DictReader(opened)
            missing = [name for name in needed if name not in (reader.fieldnames or ())]
            if missing:
                raise BadData(f"{file} has no column {', '.join(missing)}.")
            return [{name: value or "" for name, value in row.items() if name is not None} for row in reader]
    except (gzip.BadGzipFile, EOFError, UnicodeDecodeError, csv.Error) as error:
        raise BadData(f"{file} cannot be read: {error}.") from error


def without_names(text: str, names: Iterable[str]) -> str:
    """Give a text without the names of organisations, whole words only."""
    wanted = sorted({name.strip() for name in names if len(name.strip()) >= SHORTEST_NAME}, key=len, reverse=True)
    if not wanted:
        return text
    pattern = "|".join(re.escape(name) for name in wanted)
    return re.sub(rf"(?<!\w)(?:{pattern})(?!\w)", " ", text, flags=re.IGNORECASE)


@dataclass(frozen=True)
class Split:
    """The same data before and from a moment on."""

    data: Data
    training: tuple[str, ...]
    test: tuple[str, ...]
    members: Mapping[str, frozenset[str]]
    projects_of: Mapping[str, tuple[str, ...]]
    facts: Mapping[str, Part]

    @property
    def organisations(self) -> list[str]:
        """Everybody who took part in a training project, in an order that stays."""
        return sorted(self.projects_of)


def split_at(data: Data, moment: str, until: str | None = None) -> Split:
    """Let projects that start before a moment train and the others test.

    :raises BadData: the moment is no date, or one side of it is empty.
    """
    if not SPLIT.fullmatch(moment):
        raise BadData(f"SPLIT is a year, a month or a day such as 2024-04, not {moment!r}.")
    ordered = sorted(data.projects.values(), key=lambda one: one.code)
    training = tuple(one.code for one in ordered if one.start < moment)
    test = tuple(one.code for one in ordered if one.start >= moment and (until is None or one.start < until))
    if not training or not test:
        raise BadData(f"No project starts {'before' if not training else 'from'} {moment}{' on' if training else ''}.")
    return split_by(data, training, test)


def split_by(data: Data, training: Iterable[str], test: Iterable[str]) -> Split:
    """Let some projects train and others test."""
    trained, tested = frozenset(training), frozenset(test)
    members, projects_of = defaultdict(set), defaultdict(set)
    facts: dict[str, Part] = {}
    for part in data.parts:
        members[part.project].add(part.organisation)
        if part.project in trained:
            projects_of[part.organisation].add(part.project)
            facts.setdefault(part.organisation, part)
    return Split(
        data,
        tuple(sorted(trained)),
        tuple(sorted(tested)),
        {project: frozenset(found) for project, found in members.items()},
        {organisation: tuple(sorted(found)) for organisation, found in projects_of.items()},
        facts,
    )


@dataclass(frozen=True)
class Question:
    """Somebody looks for partners: with a brief or by its profile. Relevant are the partners that came about."""

    asker: str
    country: str
    kind: str
    brief: str | None
    relevant: frozenset[str]
    known: frozenset[str]


def briefs(split: Split) -> list[Question]:
    """Give task B: the coordinator of each test project looks, with its objective, for its foreign participants."""
    coordinators = {part.project: part for part in split.data.parts if part.role == "coordinator"}
    found = []
    for project in split.test:
        if (asker := coordinators.get(project)) is None:
            continue
        relevant = _foreign(split, split.members[project], asker.organisation, asker.country)
        if relevant:
            own = frozenset({asker.organisation})
            found.append(Question(asker.organisation, asker.country, asker.kind, project, relevant, own))
    return found


def next_partners(split: Split) -> list[Question]:
    """Give task A: each training organisation looks, with its profile, for its new foreign partners.

    Partners whom it has already are no candidates.
    """
    later: dict[str, set[str]] = defaultdict(set)
    for project in split.test:
        for organisation in split.members[project]:
            later[organisation] |= split.members[project]
    found = []
    for organisation in split.organisations:
        fact = split.facts[organisation]
        known = partners_of(split, organisation) | {organisation}
        relevant = _foreign(split, later[organisation], organisation, fact.country) - known
        if relevant:
            found.append(Question(organisation, fact.country, fact.kind, None, frozenset(relevant), frozenset(known)))
    return found


def partners_of(split: Split, organisation: str) -> set[str]:
    """Give everybody with whom an organisation worked in training projects."""
    return {other for project in split.projects_of[organisation] for other in split.members[project]}


def _foreign(split: Split, others: Iterable[str], own: str, country: str) -> frozenset[str]:
    return frozenset(
        other for other in others if other in split.facts and other != own and split.facts[other].country != country
    )
