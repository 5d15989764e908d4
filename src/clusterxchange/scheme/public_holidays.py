"""The nationwide public holidays of the countries, copied out of the `holidays` package into `data/`.

`python -m clusterxchange.scheme.public_holidays` writes the copy anew. The editions that come with the tool are made of
the copy and not of the package, so that the same version of the project has the same calendar on every machine. The
package is asked for what a document of the support office lacks. A day whose date is only estimated says so in its
name. A country that observes none has an empty year.
"""

import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import holidays
from django.utils.translation import gettext as _

from clusterxchange.scheme.document import country_codes_of, edition_rules_of
from clusterxchange.scheme.reading import InvalidDocument, Part

COPY = Path(__file__).parent / "data" / "public_holidays.json"

# Cases of the pilot begin in 2020; a term that starts at the end of 2030 may run into 2032.
FIRST_YEAR = 2020
LAST_YEAR = 2032
# A term that starts on the last day of an edition may run as long.
YEARS_AFTER_THE_END = 2
# Further ahead no calendar is worth anything; it is also what keeps a slip of the hand from making thousands of years.
LONGEST_EDITION_IN_YEARS = 20


def public_holidays(
    countries: Iterable[str], years: Iterable[int] = range(FIRST_YEAR, LAST_YEAR + 1)
) -> dict[str, dict[str, dict[str, str]]]:
    """Give country, year, month and day, and the English name of each nationwide public holiday."""
    wanted = sorted(years)
    return {country: _by_year(country, wanted) for country in countries}


def _by_year(country: str, years: list[int]) -> dict[str, dict[str, str]]:
    found: dict[str, dict[str, str]] = {str(year): {} for year in years}
    if years:
        for day, name in sorted(holidays.country_holidays(country, years=years, language="en_US").items()):
            found[str(day.year)][f"{day:%m-%d}"] = name
    return found


def with_calendars(document: object) -> dict[str, Any]:
    """Give a document with the public holidays of its own countries only, and of every year that its terms may need.

    What it holds stays as it is written there; a country whose calendar nobody maintains gets years without any.

    :raises InvalidDocument: when the countries, the edition or its length cannot be read.
    """
    whole = Part.of(document, "")
    edition, held = edition_rules_of(whole.value("edition")), whole.named_parts("holidays")
    if edition.valid_to.year - edition.valid_from.year > LONGEST_EDITION_IN_YEARS:
        raise InvalidDocument(
            "edition.valid_to",
            _("must not be more than %(years)d years after valid_from") % {"years": LONGEST_EDITION_IN_YEARS},
        )
    wanted = range(edition.valid_from.year, edition.valid_to.year + YEARS_AFTER_THE_END + 1)
    calendars = {}
    for country in country_codes_of(document):
        kept = dict(held[country].content) if country in held else {}
        calendars[country] = kept | _maintained(country, [year for year in wanted if str(year) not in kept])
    return {**whole.content, "holidays": calendars}


def _maintained(country: str, years: list[int]) -> dict[str, dict[str, str]]:
    try:
        return public_holidays([country], years)[country]
    except NotImplementedError:
        return {str(year): {} for year in years}


def write_copy(path: Path = COPY) -> None:
    """Write the copy, a line for each country and year."""
    countries = [row["code"] for row in json.loads((COPY.parent / "countries.json").read_text(encoding="utf-8"))]
    lines = [
        f' "{country}": {{\n'
        + ",\n".join(f'  "{year}": {json.dumps(days, ensure_ascii=False)}' for year, days in years.items())
        + "\n }"
        for country, years in public_holidays(countries).items()
    ]
    path.write_text("{\n" + ",\n".join(lines) + "\n}\n", encoding="utf-8")


if __name__ == "__main__":  # pragma: no cover -- the module is imported by tests
    write_copy()
