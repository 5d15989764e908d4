"""What participants ask of the catalogue: addresses in a mix that holds what is common and what is rare."""

from collections.abc import Iterator, Mapping, Sequence
from random import Random
from urllib.parse import urlencode

from benchmarks.pages.organisations import LETTERS, SEED

CATALOGUE = "/matching/catalogue/"
# The n-th words of a language by how often they stand in texts.
COMMON, MIDDLING, RARE = 3, 60, 1200


def questions(
    words: Mapping[str, list[str]], countries: list[str], lists: Mapping[str, Sequence[str]]
) -> Iterator[str]:
    """Give addresses of the catalogue, over and over with other values, each kind as often as any other."""
    chance = Random(SEED)  # noqa: S311 -- nothing is secret here

    def word(place: int) -> str:
        return words[chance.choice(list(LETTERS))][place + chance.randint(0, 20)]

    def country() -> str:
        return chance.choice(countries)

    def one_of(name: str) -> str:
        return chance.choice(list(lists[name]))

    while True:
        rare = word(RARE)
        yield from (
            CATALOGUE + (f"?{urlencode(asked, doseq=True)}" if asked else "")
            for asked in (
                {},
                {"q": word(COMMON)},
                {"q": word(MIDDLING)},
                {"q": rare},
                {"q": f"{word(COMMON)} {word(COMMON)}"},
                {"q": word(MIDDLING)[:4]},
                {"q": rare[1:]},
                {"q": rare[:2] + rare[3:]},
                {"country": country()},
                {"country": [country(), country(), country()]},
                {"country": country(), "ecosystem": one_of("ecosystems")},
                {"type": one_of("organisation_types"), "language": one_of("languages")},
                {
                    "ecosystem": one_of("ecosystems"),
                    "purpose": one_of("purposes"),
                    "activity": one_of("activity_types"),
                },
                {"first_day": "2026-05-04", "last_day": "2026-05-22"},
                {"dates": "shared", "country": country()},
                {"within": "500"},
                {"within": "1000", "ecosystem": one_of("ecosystems")},
                {"q": word(COMMON), "country": country()},
                {"q": word(MIDDLING), "format": "physical", "days": "week"},
                {"nace": "13", "keyword": word(COMMON)},
            )
        )
