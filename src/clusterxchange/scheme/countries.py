"""What countries and languages are called: by the Unicode Common Locale Data Repository, not typed by hand."""

from collections.abc import Iterable

from babel import Locale, UnknownLocaleError
from django.utils.translation import gettext_lazy

from clusterxchange.foundation.folding import fold
from clusterxchange.scheme.document import Scheme

FALLBACK_LOCALE = Locale("en")

FOOTNOTES = {
    "kosovo": gettext_lazy(
        "This designation is without prejudice to positions on status, and is in line with UNSCR 1244/1999 "
        "and the ICJ Opinion on the Kosovo declaration of independence."
    ),
}


def country_name(code: str, language: str) -> str:
    """Give the name of a country in a language, the code where there is none."""
    return _locale(language).territories.get(code) or FALLBACK_LOCALE.territories.get(code) or code


def marked_country_name(scheme: Scheme, code: str, language: str) -> str:
    """Give the name of a country, with a star where the edition asks for a footnote."""
    country = scheme.countries.get(code)
    star = "*" if country is not None and country.footnote else ""
    return f"{country_name(code, language)}{star}"


def footnote(scheme: Scheme, code: str) -> str | None:
    """Give the footnote of a country in the reader's language, None where it has none."""
    country = scheme.countries.get(code)
    if country is None or country.footnote is None:
        return None
    return str(FOOTNOTES[country.footnote])


def footnotes(scheme: Scheme, codes: Iterable[str]) -> list[str]:
    """Give each footnote of some countries once, in the reader's language."""
    return sorted({text for code in codes if (text := footnote(scheme, code)) is not None})


def participating_countries(scheme: Scheme, language: str) -> list[tuple[str, str]]:
    """Give code and marked name of each country that takes part, by name."""
    rows = [
        (code, marked_country_name(scheme, code, language))
        for code, country in scheme.countries.items()
        if country.participates
    ]
    return sorted(rows, key=lambda row: fold(row[1]))


def language_name(code: str, language: str) -> str:
    """Give the name of a language in a language, the code where there is none."""
    return _locale(language).languages.get(code) or FALLBACK_LOCALE.languages.get(code) or code


def _locale(language: str) -> Locale:
    try:
        return Locale.parse(language, sep="-")
    except (UnknownLocaleError, ValueError):
        return FALLBACK_LOCALE
