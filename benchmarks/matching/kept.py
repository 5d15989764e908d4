"""Keeps vectors from one run to the next, for a model needs minutes for them."""

import hashlib
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from clusterxchange.phases.matching.embedding import Embedding
from clusterxchange.phases.matching.engine.vectors import Embed


def kept_in(folder: Path, embedding: Embedding) -> Embed:
    """Give the model's function with a folder for its answers: a file for each text, by the text's own hash."""
    place = folder / embedding.model
    place.mkdir(parents=True, exist_ok=True)

    def embed(texts: Sequence[str]) -> np.ndarray:
        return np.stack([_one(place, embedding, text) for text in texts])

    return embed


def _one(place: Path, embedding: Embedding, text: str) -> np.ndarray:
    file = place / f"{hashlib.sha256(text.encode()).hexdigest()}.npy"
    if file.exists():
        try:
            return np.load(file, allow_pickle=False)
        except (ValueError, EOFError):
            file.unlink()
    found = embedding.embed([text])[0]
    np.save(file, found, allow_pickle=False)
    return found
