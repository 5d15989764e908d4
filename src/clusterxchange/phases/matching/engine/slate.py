"""The list that is shown: the asker's own best, mixed with the best at a price, and not too many of one cluster."""

from collections import Counter
from collections.abc import Iterable, Sequence
from itertools import chain, zip_longest

import numpy as np

MOST_OF_A_CLUSTER = 3
# Of the places of a list so many in turn come from the own best and then from the best at a price.
OWN_IN_TURN, PRICED_IN_TURN = 1, 1


def slate(
    own: Sequence[int] | np.ndarray,
    priced: Sequence[int] | np.ndarray,
    clusters: np.ndarray,
    length: int,
    most: int = MOST_OF_A_CLUSTER,
) -> list[int]:
    """Give the places of a list: own best and best at a price in turn, nobody twice.

    A cluster of number -1 is nobody's. Whoever is over the number of its cluster waits behind all others.
    """
    counted: Counter[int] = Counter()
    found: list[int] = []
    waiting: list[int] = []
    seen: set[int] = set()
    for place in _in_turn(own, priced):
        if place in seen:
            continue
        seen.add(place)
        cluster = int(clusters[place])
        if cluster >= 0 and counted[cluster] >= most:
            waiting.append(place)
            continue
        counted[cluster] += 1
        found.append(place)
        if len(found) == length:
            return found
    return (found + waiting)[:length]


def _in_turn(own: Sequence[int] | np.ndarray, priced: Sequence[int] | np.ndarray) -> Iterable[int]:
    turns = zip_longest(_parts(own, OWN_IN_TURN), _parts(priced, PRICED_IN_TURN), fillvalue=())
    return chain.from_iterable(chain.from_iterable(turns))


def _parts(places: Sequence[int] | np.ndarray, size: int) -> list[list[int]]:
    every = [int(place) for place in places]
    return [every[start : start + size] for start in range(0, len(every), size)]
