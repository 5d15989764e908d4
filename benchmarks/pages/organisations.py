"""Invented organisations without number, the same in each run: names, texts, places, wishes and days."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import date, timedelta
from itertools import accumulate
from random import Random
from typing import Any

from clusterxchange.parties.organisations.capitals import capital_of
from clusterxchange.parties.organisations.models import Organisation
from clusterxchange.phases.registration.models import Participation
from clusterxchange.scheme import economic_activities, regions
from clusterxchange.scheme.document import Scheme

SEED = 2026
FIRST_DAY = date(2026, 3, 10)
WORDS_OF_A_LANGUAGE = 1500
WORDS_OF_A_TEXT = 28
# Letters of each language, so that words of one differ from those of another and marks are folded.
LETTERS = {
    "bg": "абвгдежзиклмнопрстуфхцчшщя", "cs": "abcčdeěhijklmnoprřsštuvyzž", "da": "abdefghijklmnoprstuvyæøå",
    "de": "abcdefghiklmnoprstuwzäöüß", "el": "αβγδεζηθικλμνξοπρστυφχψω", "en": "abcdefghijklmnoprstuvwy",
    "es": "abcdefghijlmnñopqrstuvz", "et": "adeghijklmnoprstuvõäöü", "fi": "adehijklmnoprstuvyäö",
    "fr": "abcçdeéèfghijlmnopqrstuv", "ga": "abcdefghilmnoprstuáéíóú", "hr": "abcčćdđefghijklmnoprsštuvzž",
    "hu": "abcdeéfghijklmnoóöőprstuúüűvz", "it": "abcdefghilmnopqrstuvz", "lt": "aąbcčdeęėgijklmnoprsštuųvyzž",
    "lv": "aābcčdeēfgijkķlļmnņoprsštuūvzž", "mt": "abċdefġgħijklmnopqrstuvwxżz", "nl": "abcdefghijklmnoprstuvwz",
    "pl": "aąbcćdeęghijklłmnńoóprsśtuwyzźż", "pt": "abcçdeéfghijlmnoãpqrstuv", "ro": "aăâbcdefghijlmnoprsștțuvz",
    "sk": "aáäbcčdďeghijklľmnoprsštťuvyzž", "sl": "abcčdefghijklmnoprsštuvzž", "sv": "abdefghijklmnoprstuvyåäö",
}  # fmt: skip
VOWELS = frozenset("aeiouyąęáéíóúäöüåøæõāēūėųăâőűèãаеиоуяαεηιουω")


class Generator:
    """Makes organisation after organisation; what came before has no part in what comes next but chance."""

    def __init__(self, scheme: Scheme) -> None:
        """Invent the words of each language."""
        self._random = Random(SEED)  # noqa: S311 -- nothing is secret here
        self._scheme = scheme
        self.words = {code: [self._word(code) for _number in range(WORDS_OF_A_LANGUAGE)] for code in LETTERS}
        # Of words in real texts, the n-th most frequent one is about n times rarer than the first.
        self._weights = list(accumulate(1 / (place + 2) for place in range(WORDS_OF_A_LANGUAGE)))
        self._countries = [code for code, country in scheme.countries.items() if country.participates]
        self._divisions = [code for code, _title in economic_activities.divisions()]

    def _word(self, language: str) -> str:
        letters = LETTERS[language]
        vowels, others = [one for one in letters if one in VOWELS], [one for one in letters if one not in VOWELS]
        length = self._random.randint(2, 4)
        return "".join(self._random.choice(others) + self._random.choice(vowels) for _place in range(length)) + (
            self._random.choice(others) if self._random.random() < 0.5 else ""  # noqa: PLR2004 -- every other word
        )

    def _text(self, language: str, count: int) -> list[str]:
        return self._random.choices(self.words[language], cum_weights=self._weights, k=count)

    def _some(self, codes: Sequence[str], most: int) -> list[str]:
        return self._random.sample(list(codes), min(len(codes), self._random.randint(1, most)))

    def rows(self, count: int, *, first: int) -> Iterator[Mapping[str, Any]]:
        """Give the columns of some organisations with what each wishes, numbered from the first."""
        for number in range(first, first + count):
            yield self._row(number)

    def _row(self, number: int) -> Mapping[str, Any]:
        chance, lists = self._random, self._scheme.code_lists
        language, country = chance.choice(list(LETTERS)), chance.choice(self._countries)
        latitude, longitude = capital_of(country) or (50.0, 10.0)
        broad = regions.search("", country)
        firm = Organisation(
            legal_name=f"{self._word(language).title()} {self._word(language).title()} {number}",
            organisation_type=chance.choice(lists["organisation_types"]),
            city=self._word(language).title(),
            region=chance.choice(broad)[0] if broad else "",
            country=country,
            latitude=latitude + chance.uniform(-3, 3),
            longitude=longitude + chance.uniform(-4, 4),
            description=" ".join(self._text(language, WORDS_OF_A_TEXT)).capitalize() + ".",
            profile_language=language,
            ecosystems=self._some(lists["ecosystems"], 2),
            nace=chance.choice(self._divisions),
            keywords=", ".join(self._text(language, 3)),
            offers=", ".join(self._text(language, 3)),
        )
        firm.fold_columns()
        wishes = Participation(
            role="host",
            offer=" ".join(self._text(language, WORDS_OF_A_TEXT // 2)),
            places=3,
            purposes=self._some(lists["purposes"], 2),
            activities=self._some(lists["activity_types"], 2),
            working_languages=self._some(lists["languages"], 3),
            days_wished=chance.choice((3, 4, 5, 8, 10, 15)),
            format=chance.choice(lists["format_preferences"]),
            shown_by_name=chance.random() > 0.1,  # noqa: PLR2004 -- one in ten wants no name
        )
        wishes.fold_columns()
        opens = FIRST_DAY + timedelta(days=chance.randint(0, 200))
        columns = {name: getattr(firm, name) for name in OF_ORGANISATION}
        columns |= {name: getattr(wishes, name) for name in OF_PARTICIPATION}
        return columns | {"opens": opens, "closes": opens + timedelta(days=chance.randint(20, 120))}


OF_ORGANISATION = (
    "legal_name", "organisation_type", "city", "region", "country", "latitude", "longitude", "description",
    "profile_language", "ecosystems", "nace", "keywords", "offers", "sort_name", "search_text", "searched_names",
    "searched_profile", "folded_keywords",
)  # fmt: skip
OF_PARTICIPATION = (
    "offer", "places", "purposes", "activities", "working_languages", "days_wished", "format", "shown_by_name",
    "searched_wishes",
)  # fmt: skip
