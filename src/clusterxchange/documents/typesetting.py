"""Turn data into a PDF file that is accessible (PDF/UA-1) and fit for the archive (PDF/A-2a) at once.

The same input gives the same bytes: the fonts are those of the typesetter alone, the date is that of the document, and
data reaches a template as JSON only, so that a text is never read as markup.
"""

from __future__ import annotations

import datetime as dt
import functools
import json
import unicodedata
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import typst

from clusterxchange.documents.labels import frame_language, labels_for
from clusterxchange.documents.presentation import presented

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

TEMPLATES: Final = Path(__file__).parent / "typst"
PACKAGE: Final = TEMPLATES.parents[1]  # a template may show pictures that the pages show as well
PAGE_HEIGHT: Final = 841.89  # A4 in points
REPLACEMENT: Final = "\N{WHITE SQUARE}"

# Characters that print nothing, have no agreed shape or are forbidden in an archive file; line ends and tabs are kept.
UNSEEN_CATEGORIES: Final = frozenset({"Cc", "Cs", "Co", "Cn"})
UNSEEN_CHARACTERS: Final = frozenset({"\N{ZERO WIDTH NO-BREAK SPACE}"})

PROBE: Final = b"""#set document(title: "Probe", date: datetime(year: 2000, month: 1, day: 1))
#set text(font: "Libertinus Serif", lang: "en")
#json(bytes(sys.inputs.text))
"""


@dataclass(frozen=True)
class Place:
    """Where a party's signature goes: page from 1, corners in points from the lower left of the page."""

    field: str
    label: str
    page: int
    corners: tuple[float, float, float, float]

    @property
    def size(self) -> tuple[float, float]:
        """Width and height in points."""
        left, bottom, right, top = self.corners
        return right - left, top - bottom


class _Composed:
    """A template with its data, compiled at most once."""

    def __init__(self, template: str, inputs: Mapping[str, object], labels: Mapping[str, str], data: object) -> None:
        year, month, day = (int(str(inputs[name])) for name in ("year", "month", "day"))
        self._moment = dt.datetime(year, month, day, tzinfo=dt.UTC)
        self._compiler = typst.Compiler(
            TEMPLATES / f"{template}.typ",
            root=PACKAGE,
            font_paths=_fonts(),
            sys_inputs={
                "document": json.dumps(inputs, ensure_ascii=False, sort_keys=True),
                "labels": json.dumps(labels, ensure_ascii=False, sort_keys=True),
                "data": json.dumps(data, ensure_ascii=False, sort_keys=True),
            },
        )

    @functools.cache  # noqa: B019 -- it lives as long as one document is made
    def pdf(self) -> bytes:
        made = self._compiler.compile(format="pdf", pdf_standards=["a-2a", "ua-1"], timestamp=self._moment)
        if not isinstance(made, bytes):
            message = f"The typesetter gave {type(made).__name__} instead of one file."
            raise TypeError(message)
        return made

    def places(self) -> tuple[Place, ...]:
        found = json.loads(self._compiler.query("<places>", field="value"))
        return tuple(_place(one) for one in found)


def typeset(
    template: str,
    data: Mapping[str, object],
    *,
    language: str,
    title: str,
    dated: dt.date,
    draft: bool = False,
) -> bytes:
    """Return the document as one PDF file, in the given language, marked as draft where it is one."""
    return _composed(template, data, language=language, title=title, dated=dated, draft=draft).pdf()


def typeset_for_signing(
    template: str, data: Mapping[str, object], *, language: str, title: str, dated: dt.date
) -> tuple[bytes, tuple[Place, ...]]:
    """Return the document as it is signed, and where each party's signature goes."""
    composed = _composed(template, data, language=language, title=title, dated=dated, draft=False)
    return composed.pdf(), composed.places()


def picture(template: str, inputs: Mapping[str, str]) -> bytes:
    """Return a small page to be put onto another one; it has no tags of its own."""
    return typst.compile(
        TEMPLATES / f"{template}.typ", root=TEMPLATES, font_paths=_fonts(), sys_inputs=dict(inputs), pdf_tags=False
    )


def _composed(
    template: str, data: Mapping[str, object], *, language: str, title: str, dated: dt.date, draft: bool
) -> _Composed:
    labels = labels_for(template, language)
    shown = _each_text(_with_fields_named(presented(data, language), data, labels), without_unseen)
    inputs = {
        "language": language,
        "frame_language": frame_language(language),
        "title": without_unseen(title),
        "year": dated.year,
        "month": dated.month,
        "day": dated.day,
        "draft": draft,
        "has_replacements": False,
    }
    composed = _Composed(template, inputs, labels, shown)
    try:
        composed.pdf()
    except typst.TypstError:
        missing = unprintable("".join(_texts([shown, inputs["title"]])))
        if not missing:
            raise
    else:
        return composed

    def replaced(text: str) -> str:
        return "".join(REPLACEMENT if character in missing else character for character in text)

    return _Composed(
        template,
        {**inputs, "title": replaced(str(inputs["title"])), "has_replacements": True},
        labels,
        _each_text(shown, replaced),
    )


def unprintable(text: str) -> frozenset[str]:
    """Return the characters of a text that no font of the typesetter has, such as pictures of faces.

    A form can ask before a text is agreed upon; a document prints a small empty square instead and says so.
    """
    candidates = sorted({character for character in without_unseen(text) if not character.isascii()})
    return frozenset(_missing(candidates))


def without_unseen(text: str) -> str:
    """Return a text in its composed form, without characters that print nothing."""
    return "".join(
        character
        for character in unicodedata.normalize("NFC", text)
        if character in "\n\t"
        or (unicodedata.category(character) not in UNSEEN_CATEGORIES and character not in UNSEEN_CHARACTERS)
    )


def _with_fields_named(shown: dict[str, Any], data: Mapping[str, Any], labels: Mapping[str, str]) -> dict[str, Any]:
    if "signatures" not in shown:
        return shown
    # A field bears the letter of its party, whatever the language of the document.
    rows = [
        {**row, "field": plain["capacity"], "field-label": labels["signature_of"].format_map(row)}
        for row, plain in zip(shown["signatures"], data["signatures"], strict=True)
    ]
    return {**shown, "signatures": rows}


def _place(found: Mapping[str, Any]) -> Place:
    # The typesetter measures from the upper left, a PDF file from the lower left.
    top = PAGE_HEIGHT - float(found["y"])
    left = float(found["x"])
    corners = (left, top - float(found["height"]), left + float(found["width"]), top)
    return Place(str(found["field"]), str(found["label"]), int(found["page"]), corners)


def _missing(characters: list[str]) -> Iterator[str]:
    # Halving finds a few bad characters among many good ones with a handful of probes.
    if not characters or _prints(" ".join(characters)):
        return
    if len(characters) == 1:
        yield characters[0]
        return
    middle = len(characters) // 2
    yield from _missing(characters[:middle])
    yield from _missing(characters[middle:])


def _prints(text: str) -> bool:
    try:
        typst.compile(PROBE, font_paths=_fonts(), sys_inputs={"text": json.dumps(text)}, pdf_standards=["a-2a", "ua-1"])
    except typst.TypstError:
        return False
    return True


@functools.cache
def _fonts() -> typst.Fonts:
    # Fonts of the machine would make the bytes depend on the machine.
    return typst.Fonts(include_system_fonts=False)


def _texts(value: object) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for item in value.values():
            yield from _texts(item)
    elif isinstance(value, list):
        for item in value:
            yield from _texts(item)


def _each_text(value: object, change: Callable[[str], str]) -> object:
    if isinstance(value, str):
        return change(value)
    if isinstance(value, dict):
        return {key: _each_text(item, change) for key, item in value.items()}
    if isinstance(value, list):
        return [_each_text(item, change) for item in value]
    return value
