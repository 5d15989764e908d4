"""Which sentences are there to translate, and what is missing in a language; with Babel, without gettext's programs."""

import io
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

from babel import Locale
from babel.messages.catalog import Catalog, Message
from babel.messages.extract import extract
from babel.messages.pofile import read_po, write_po
from django.utils.translation.template import templatize

PACKAGE = Path(__file__).resolve().parent.parent
KEYWORDS = {
    "_": None,
    "gettext": None,
    "gettext_lazy": None,
    "gettext_noop": None,
    "ngettext": (1, 2),
    "ngettext_lazy": (1, 2),
    "pgettext": ((1, "c"), 2),
    "pgettext_lazy": ((1, "c"), 2),
    "npgettext": ((1, "c"), 2, 3),
}
# The documents have a catalogue of their own, which is read for the language of the document, not of the reader.
OWN_CATALOGUES = ("documents",)
NO_DATE = datetime(2026, 1, 1, tzinfo=UTC)
PROJECT = "ClusterXchange"
HEADER = """# {language} translations for ClusterXchange.
# This file is distributed under the same licence as ClusterXchange (EUPL-1.2).
# The terms are chosen once: docs/explanation/glossary-{code}.md
#"""
SECTIONS = ("", *OWN_CATALOGUES)


def folder_of(section: str) -> Path:
    """Give the folder of a section's catalogues."""
    return PACKAGE / section / "locale" if section else PACKAGE / "locale"


def sources(section: str) -> Iterator[Path]:
    """Give the files whose sentences belong to a section: modules and templates."""
    others = tuple(PACKAGE / one for one in OWN_CATALOGUES if one != section)
    for path in sorted((PACKAGE / section).rglob("*")):
        is_source = path.suffix == ".py" or (path.suffix in {".html", ".txt"} and "templates" in path.parts)
        if is_source and not any(path.is_relative_to(other) for other in others):
            yield path


def wanted(section: str) -> Catalog:
    """Collect every sentence of a section, with its plural and context."""
    catalogue = Catalog(charset="utf-8", fuzzy=False)
    for path in sources(section):
        text = path.read_text(encoding="utf-8")
        if path.suffix != ".py":
            # What is left of a template is no Python: its indentation would stop the reader, so it goes; and so that
            # no drawing is read as the name of an encoding, which stands in the first two lines, these are empty.
            lines = templatize(text, origin=str(path)).splitlines()
            text = "\n\n" + "\n".join(line.strip() for line in lines)
        found = extract("python", io.BytesIO(text.encode()), KEYWORDS, options={"encoding": "utf-8"})
        for _line, message, _comments, context in found:
            catalogue.add(message, locations=[(str(path.relative_to(PACKAGE)), 0)], context=context)
    return catalogue


def kept(section: str, language: str) -> Catalog:
    """Read the catalogue of a language as it stands; an empty one where there is none."""
    path = folder_of(section) / language / "LC_MESSAGES" / "django.po"
    if not path.exists():
        return Catalog(locale=language, charset="utf-8", fuzzy=False)
    with path.open("rb") as file:
        return read_po(file, locale=language)


def update(section: str, language: str) -> int:
    """Bring a catalogue up to the sentences that are there now, and count those that still want a translation."""
    old, new = kept(section, language), wanted(section)
    # One date for all: the moment would make every run of the command a change.
    merged = _empty(language)
    for message in new:
        if message.id:
            known = old.get(message.id, context=message.context)
            text = known.string if known is not None and not known.fuzzy else None
            merged.add(message.id, text, locations=message.locations, context=message.context)
    path = folder_of(section) / language / "LC_MESSAGES" / "django.po"
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("wb") as file:
        write_po(file, merged, width=120, sort_output=True, omit_header=False, include_lineno=False)
    return len(missing(section, language))


def _empty(language: str) -> Catalog:
    name = Locale.parse(language, sep="-").get_display_name("en")
    return Catalog(
        locale=language,
        project=PROJECT,
        version="1",
        copyright_holder=PROJECT,
        msgid_bugs_address="CONTRIBUTING.md",
        last_translator=PROJECT,
        language_team=str(name),
        header_comment=HEADER.format(language=name, code=language),
        charset="utf-8",
        fuzzy=False,
        creation_date=NO_DATE,
        revision_date=NO_DATE,
    )


def missing(section: str, language: str) -> list[Message]:
    """Give the sentences of a section that a language lacks, in whole or in one of its plural forms."""
    there = kept(section, language)
    return [
        message
        for message in wanted(section)
        if message.id
        and not _is_complete(
            there.get(message.id, context=message.context), there.num_plurals, plural=message.pluralizable
        )
    ]


def _is_complete(message: Message | None, forms: int, *, plural: bool) -> bool:
    if message is None or message.fuzzy:
        return False
    strings = message.string if isinstance(message.string, list | tuple) else (message.string,)
    return all(strings) and (not plural or len(strings) == forms)


def with_other_placeholders(section: str, language: str) -> list[Message]:
    """Give the sentences whose translation names other placeholders than the original."""
    return [message for message in kept(section, language) if message.id and message.check()]
