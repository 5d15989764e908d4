"""Prices for hosts whom every list would show, so that others who fit nearly as well are seen too.

Best for each is not best for all: a host takes a few visitors only. A price is taken off a host's score where lists are
made, never off the score that is shown.
"""

import numpy as np

ROUNDS = 60
FIRST_STEP = 400.0
LENGTH = 10
# A host may stand in so many times its fair part of all lists before it has a price, for few of whom a list shows are
# asked.
SLACK = 14.0


def fair_parts(askers: int, room: np.ndarray, length: int = LENGTH) -> np.ndarray:
    """Give in how many lists each host would stand if lists were dealt out by the room that hosts have left."""
    whole = room.sum()
    return askers * length * room / whole if whole else np.zeros(len(room))


def prices(
    places: np.ndarray,
    scores: np.ndarray,
    room: np.ndarray,
    asks: np.ndarray | None = None,
    *,
    slack: float = SLACK,
    length: int = LENGTH,
) -> np.ndarray:
    """Find prices by raising them for hosts in too many lists and lowering them for the others, in smaller steps.

    `places` and `scores` hold each asker's best hosts, one line an asker; a place of -1 is nobody. `asks` says how
    often each asker is expected to look, against the others; without it all look equally often.
    """
    found = np.zeros(len(room))
    lines, width = places.shape
    if not lines or not width:
        return found.astype(np.int32)
    allowed = np.maximum(slack * fair_parts(lines, room, length), 1.0)
    nobody = places < 0
    kept = min(length, width)
    often = np.ones(lines) if asks is None else asks * lines / asks.sum()
    lists = np.broadcast_to(often[:, None], (lines, kept))
    for turn in range(ROUNDS):
        worth = scores - found[places]
        worth[nobody] = -np.inf
        top = np.argpartition(-worth, kept - 1, axis=1)[:, :kept]
        shown = np.take_along_axis(places, top, axis=1)
        wanted = np.bincount(shown[shown >= 0], lists[shown >= 0], minlength=len(room))
        step = FIRST_STEP / (1 + turn / 8)
        found = np.maximum(0.0, found + step * np.clip(wanted / allowed - 1, -1, 1))
    return np.rint(found).astype(np.int32)
