"""The score: a weighted sum in both directions, so that it explains itself. Its weights are data of the scheme."""

import hashlib
from dataclasses import dataclass

from clusterxchange.phases.matching.engine.explain import Reason, Term
from clusterxchange.phases.matching.engine.features import FEATURES
from clusterxchange.phases.matching.engine.participant import Participant
from clusterxchange.phases.matching.engine.rules import Exclusion
from clusterxchange.scheme.document import Scheme

DECIMALS = 4
STRONG, GOOD, POSSIBLE = 3, 2, 1


@dataclass(frozen=True)
class Ranked:
    """A candidate in a list: score, band (3 is the strongest) and reasons, or why it is out of the question."""

    participant: Participant
    score: float = 0.0
    band: int = POSSIBLE
    fits: tuple[Reason, ...] = ()
    misfits: tuple[Reason, ...] = ()
    excluded: Exclusion | None = None


def terms_of(asker: Participant, candidate: Participant, scheme: Scheme) -> tuple[Term, ...]:
    """Give what each feature adds to the score; how much the asker's own direction counts is data of the scheme."""
    weights = {name: scheme.matching.weights.get(name, 0.0) for name in FEATURES}
    whole = sum(weights.values())
    own = scheme.matching.own_share
    found = []
    for name, feature in FEATURES.items():
        if not weights[name]:
            continue
        there, back = feature(asker, candidate, scheme), feature(candidate, asker, scheme)
        amount = weights[name] / whole * (own * there.value + (1 - own) * back.value)
        found.append(Term(name, round(amount, DECIMALS), there, back))
    return tuple(found)


def band_of(score: float, scheme: Scheme) -> int:
    """Give the band in which people see a score."""
    bands = scheme.matching.bands
    if score >= bands["strong"]:
        return STRONG
    return GOOD if score >= bands["good"] else POSSIBLE


def order_of(asker: Participant, ranked: Ranked) -> tuple[bool, float, str]:
    """Give the key by which a list stands: excluded last, best first, ties by a hash that stays the same."""
    tie = hashlib.sha256(f"{asker.reference} {ranked.participant.reference}".encode()).hexdigest()
    return ranked.excluded is not None, -ranked.score, tie
