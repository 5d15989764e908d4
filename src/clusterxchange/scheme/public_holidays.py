"""The nationwide public holidays of the countries, copied out of the `holidays` package into `data/`.

`python -m clusterxchange.scheme.public_holidays` writes the copy anew. The copy and not the package is read at run
time, so that the same version of the project has the same calendar on every machine. A day whose date is only
estimated says so in its name. A country that observes none has an empty year.
"""

import json
from collections.abc import Iterable
from pathlib import Path

import holidays

COPY = Path(__file__).parent / "data" / "public_holidays.json"

# Cases of the pilot begin in 2020; a term that starts at the end of 2030 may run into 2032.
FIRST_YEAR = 2020
LAST_YEAR = 2032


def public_holidays(countries: Iterable[str]) -> dict[str, dict[str, dict[str, str]]]:
    """Give country, year, month and day, and the English name of each nationwide public holiday."""
    years = range(FIRST_YEAR, LAST_YEAR + 1)
    found: dict[str, dict[str, dict[str, str]]] = {}
    for country in countries:
        days = holidays.country_holidays(country, years=years, language="en_US")
        found[country] = {str(year): {} for year in years}
        for day, name in sorted(days.items()):
            found[country][str(day.year)][f"{day:%m-%d}"] = name
    return found


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
