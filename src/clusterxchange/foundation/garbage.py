"""How often Python looks for objects that only refer to each other."""

import gc

# A page makes some ten thousand objects, and nearly all go by themselves. Python would look at them after each 700.
MADE_BETWEEN_TWO_LOOKS = 10_000


def collect_seldom() -> None:
    """Leave what is loaded by now alone for good, and look at what comes after it only once a lot of it is there."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(MADE_BETWEEN_TWO_LOOKS, *gc.get_threshold()[1:])
