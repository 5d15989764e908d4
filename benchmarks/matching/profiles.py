"""Makes participants of organisations and their projects, so that the engine of the site can rank them."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np

from benchmarks.matching.data import Question, Split
from clusterxchange.phases.matching.engine.participant import HOST, VIRTUAL, VISIT, Participant
from clusterxchange.phases.matching.engine.pool import Pool
from clusterxchange.phases.matching.engine.text import Reading, Text
from clusterxchange.phases.matching.engine.vectors import Embed, Vector, of_length_one, stored
from clusterxchange.scheme.document import Scheme

LANGUAGE = "en"
MODEL = "benchmark"
PLACES = 3
# A model reads so much of a text at a time; what follows is another piece.
PIECE = 600
PIECES = 1


@dataclass
class Library:
    """Texts and vectors of projects, each made once."""

    split: Split
    embed: Embed | None
    reading: Reading = field(default_factory=Reading)
    texts: dict[tuple[str, bool], Text] = field(default_factory=dict)
    vectors: dict[str, np.ndarray] = field(default_factory=dict)

    def text(self, project: str, *, with_title: bool) -> Text:
        """Give a project's terms; a brief is the objective alone."""
        key = (project, with_title)
        if key not in self.texts:
            one = self.split.data.projects[project]
            written = f"{one.title}. {one.objective}" if with_title else one.objective
            self.texts[key] = self.reading.read(written, LANGUAGE)
        return self.texts[key]

    def vector(self, projects: Sequence[str], *, with_title: bool) -> Vector | None:
        """Give the middle of the vectors of some projects."""
        if self.embed is None or not projects:
            return None
        found = np.mean([self._piece(project, with_title=with_title) for project in projects], axis=0)
        return Vector(stored(found)[0], MODEL, LANGUAGE)

    def _piece(self, project: str, *, with_title: bool) -> np.ndarray:
        one = self.split.data.projects[project]
        written = f"{one.title}. {one.objective}" if with_title else one.objective
        pieces = [written[place * PIECE : (place + 1) * PIECE] for place in range(PIECES)]
        missing = [piece for piece in pieces if piece and piece not in self.vectors]
        if missing and self.embed is not None:
            self.vectors.update(zip(missing, of_length_one(self.embed(missing)), strict=True))
        return of_length_one(np.mean([self.vectors[piece] for piece in pieces if piece], axis=0))[0]

    def profile(self, organisation: str) -> tuple[Text, Vector | None]:
        """Give what an organisation says of itself: the texts of its training projects."""
        projects = self.split.projects_of.get(organisation, ())
        return (
            together([self.text(project, with_title=True) for project in projects]),
            self.vector(projects, with_title=True),
        )


def together(texts: Sequence[Text]) -> Text:
    """Give one text of several."""
    counted: Counter[str] = Counter()
    shown: dict[str, str] = {}
    for text in texts:
        counted.update(text.terms)
        shown = {**text.shown, **shown}
    return Text(dict(counted), shown)


def hosts(library: Library, organisations: Sequence[str]) -> list[Participant]:
    """Give organisations as hosts."""
    return [host(library, organisation, number) for number, organisation in enumerate(organisations)]


def host(library: Library, organisation: str, number: int) -> Participant:
    """Give an organisation as a host that looks for what it does itself."""
    fact = library.split.facts[organisation]
    text, vector = library.profile(organisation)
    return Participant(
        reference=organisation,
        organisation=number,
        role=HOST,
        country=fact.country,
        organisation_type=kind_of(fact.kind, is_sme=fact.is_sme),
        ecosystems=areas_of(library.split, organisation),
        offers=text,
        seeks=text,
        offers_vector=vector,
        seeks_vector=vector,
        format=VIRTUAL,
        places_left=PLACES,
    )


def asker(library: Library, question: Question, number: int, wished: Mapping[str, frozenset[str]]) -> Participant:
    """Give somebody who looks: with the words of a brief, or with those of its own profile."""
    text, vector = library.profile(question.asker)
    seeks, seeks_vector = text, vector
    if question.brief is not None:
        seeks = library.text(question.brief, with_title=False)
        seeks_vector = library.vector((question.brief,), with_title=False)
    fact = library.split.facts.get(question.asker)
    return Participant(
        reference=f"{question.asker} {question.brief or ''}",
        organisation=number,
        role=VISIT,
        country=question.country,
        organisation_type=kind_of(question.kind, is_sme=fact.is_sme if fact else False),
        wished_types=wished.get(question.kind, frozenset()),
        ecosystems=areas_of(library.split, question.asker),
        offers=text,
        seeks=seeks,
        offers_vector=vector,
        seeks_vector=seeks_vector,
        format=VIRTUAL,
    )


def kind_of(kind: str, *, is_sme: bool) -> str:
    """Give the type of an organisation; small companies are a type of their own."""
    return f"{kind} sme" if is_sme else kind


def areas_of(split: Split, organisation: str) -> frozenset[str]:
    """Give the areas of an organisation's training projects."""
    found = {split.data.projects[project].area for project in split.projects_of.get(organisation, ())}
    return frozenset(found - {""})


def pool_of(library: Library, scheme: Scheme) -> Pool:
    """Give every training organisation as a host, in one pool."""
    return Pool.of(hosts(library, library.split.organisations), scheme)
