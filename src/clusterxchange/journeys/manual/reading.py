"""Read the texts of the manual.

A text is a file of plain paragraphs in a small part of Markdown, so that a translator needs no tool:

    # Title of the manual            the first paragraph after it is the lead
    ## Title of a section {#name}    the name is the same in every language
    ### A smaller heading
    - a point, or 1. a step
    ![what is to be seen](name-of-the-picture)

In a line `**words**` are words of the tool as it shows them, `[words](/address/)` lead to a page, and `{name}` is
a figure of the scheme in force.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

TEXTS = Path(__file__).parent / "texts"
PICTURES = Path(__file__).parents[2] / "static" / "manual"
VISITING, HOST = "visiting-organisation", "host-organisation"
CONTACT_POINT, SUPPORT_OFFICE = "contact-point", "support-office"
MANUALS = (VISITING, HOST, CONTACT_POINT, SUPPORT_OFFICE)
FIGURE = re.compile(r"\{([a-z_]+)\}")
PIECE = re.compile(r"\*\*(?P<strong>[^*]+)\*\*|\[(?P<words>[^\]]+)\]\((?P<url>[^)]+)\)")
TITLE = re.compile(r"# (?P<title>.+)")
SECTION = re.compile(r"## (?P<title>.+) \{#(?P<name>[a-z-]+)\}")
PICTURE = re.compile(r"!\[(?P<alt>[^\]]+)\]\((?P<name>[a-z-]+)\)")
ITEM = re.compile(r"(?:-|(?P<number>\d+)\.) (?P<words>.+)")


@dataclass(frozen=True)
class Piece:
    """Words of a line: plain, as the tool shows them, or as a link."""

    text: str
    is_strong: bool = False
    url: str = ""


Words = tuple[Piece, ...]


@dataclass(frozen=True)
class Block:
    """A heading, a paragraph, a list or a picture: one of them is there."""

    heading: str = ""
    words: Words = ()
    items: tuple[Words, ...] = ()
    is_numbered: bool = False
    picture: str = ""
    alt: str = ""


@dataclass(frozen=True)
class Section:
    """A section, which has a page of its own."""

    name: str
    title: str
    blocks: tuple[Block, ...]


@dataclass(frozen=True)
class Manual:
    """A whole manual."""

    name: str
    title: str
    lead: str
    sections: tuple[Section, ...]
    # What must be known before the text is believed; nothing where it holds as it stands.
    note: str = ""

    def section(self, name: str) -> Section | None:
        """Give a section by its name."""
        return next((one for one in self.sections if one.name == name), None)


@cache
def text_of(name: str, language: str) -> str:
    """Give a text as its author wrote it."""
    return (TEXTS / language / f"{name}.md").read_text(encoding="utf-8")


def read(name: str, language: str, figures: Mapping[str, str]) -> Manual:
    """Read a manual with the figures of the moment.

    :raises ValueError: when the text keeps none of the forms.
    """
    filled = FIGURE.sub(lambda found: figures[found[1]], text_of(name, language))
    first, *rest = re.split(r"^(?=## )", filled, flags=re.MULTILINE)
    head, lead = _paragraphs(first)
    title = TITLE.fullmatch(head)
    if title is None:
        raise ValueError(f"{language}/{name} begins with {head!r} instead of a title")
    return Manual(name, title["title"], lead, tuple(_section(text) for text in rest))


def _section(text: str) -> Section:
    head, *paragraphs = _paragraphs(text)
    named = SECTION.fullmatch(head)
    if named is None:
        raise ValueError(f"{head!r} is no heading of a section")
    return Section(named["name"], named["title"], tuple(_block(one) for one in paragraphs))


def _paragraphs(text: str) -> list[str]:
    return [one.strip() for one in re.split(r"\n\s*\n", text) if one.strip()]


def _block(paragraph: str) -> Block:
    if paragraph.startswith("### "):
        return Block(heading=paragraph.removeprefix("### "))
    picture = PICTURE.fullmatch(paragraph)
    if picture:
        return Block(picture=picture["name"], alt=picture["alt"])
    found = [ITEM.fullmatch(line) for line in paragraph.splitlines()]
    items = [one for one in found if one]
    if items and len(items) == len(found):
        return Block(items=tuple(_words(one["words"]) for one in items), is_numbered=bool(items[0]["number"]))
    if items or paragraph.startswith(("#", "!", "- ")):
        raise ValueError(f"{paragraph[:60]!r} is neither a paragraph nor a list")
    return Block(words=_words(" ".join(paragraph.split())))


def _words(line: str) -> Words:
    return tuple(_pieces(line))


def _pieces(line: str) -> Iterator[Piece]:
    end = 0
    for found in PIECE.finditer(line):
        if found.start() > end:
            yield Piece(line[end : found.start()])
        if found["strong"]:
            yield Piece(found["strong"], is_strong=True)
        else:
            yield Piece(found["words"], url=found["url"])
        end = found.end()
    if end < len(line):
        yield Piece(line[end:])
