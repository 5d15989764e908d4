"""Where towns lie: GeoNames (CC BY 4.0, see NOTICE), made by tools/reference_data.py; nobody is asked while it runs."""

import zipfile
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from clusterxchange.foundation.folding import fold

TOWNS = Path(__file__).with_name("towns.zip")
SOURCE, SOURCE_ADDRESS = "GeoNames", "https://www.geonames.org"
MOST_FOUND, SHORTEST_SEARCH = 12, 2
# One country takes a few megabytes; people of a handful of countries write at the same time.
COUNTRIES_KEPT = 6


@dataclass(frozen=True)
class Town:
    """One place with the name by which it was found."""

    name: str
    latitude: float
    longitude: float
    people: int


@dataclass(frozen=True)
class _Row:
    town: Town
    names: tuple[str, ...]
    folded: tuple[str, ...]


@lru_cache(maxsize=COUNTRIES_KEPT)
def _rows(country: str) -> tuple[_Row, ...]:
    with zipfile.ZipFile(TOWNS) as archive:
        if f"{country}.tsv" not in archive.namelist():
            return ()
        lines = archive.read(f"{country}.tsv").decode().splitlines()
    found = []
    for line in lines:
        name, latitude, longitude, people, others = line.split("\t")
        names = (name, *(other for other in others.split("|") if other))
        town = Town(name, float(latitude), float(longitude), int(people))
        found.append(_Row(town, names, tuple(fold(one) for one in names)))
    return tuple(found)


def find(typed: str, country: str) -> Town | None:
    """Give the town of that name, in whatever language it is written; of several the largest."""
    wanted = fold(typed)
    return next((row.town for row in _rows(country) if wanted and wanted in row.folded), None)


def search(typed: str, country: str) -> list[Town]:
    """Give towns whose name begins with what was typed, under the name that fits, the largest first."""
    wanted = fold(typed)
    if len(wanted) < SHORTEST_SEARCH:
        return []
    found = []
    for row in _rows(country):
        fitting = [place for place, name in enumerate(row.folded) if name.startswith(wanted)]
        place = next((place for place in fitting if row.folded[place] == wanted), fitting[0] if fitting else None)
        if place is not None:
            town = row.town
            found.append(Town(row.names[place], town.latitude, town.longitude, town.people))
            if len(found) == MOST_FOUND:
                break
    return found
