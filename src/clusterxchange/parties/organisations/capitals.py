"""Where the capital of a country lies: the place from which a distance is computed while nothing better is known."""

import json
from functools import cache
from pathlib import Path

CAPITALS = Path(__file__).with_name("capitals.json")


@cache
def _positions() -> dict[str, tuple[float, float]]:
    rows = json.loads(CAPITALS.read_text(encoding="utf-8"))
    return {row["country"]: (row["latitude"], row["longitude"]) for row in rows}


def capital_of(country: str) -> tuple[float, float] | None:
    """Give latitude and longitude of the capital in degrees, None for a country that is not listed."""
    return _positions().get(country)
