"""Finds in a text what should have been translated: sentences of the catalogue that stand there in English."""

import functools
import html.parser
import re

from clusterxchange.management.translations import SECTIONS, kept

LANGUAGE = "pl"
# Shorter pieces stand in what people write, too: "the host organisation".
FEWEST_WORDS = 4
PLACEHOLDER = re.compile(r"%\(\w+\)[sd]|\{\w+\}|<[^>]*>")
SPOKEN = frozenset({"aria-label", "title", "alt", "placeholder", "data-label"})
WITHOUT_END = frozenset({"area", "br", "hr", "img", "input", "link", "meta", "source", "wbr"})


@functools.cache
def english_fragments(section: str | None) -> frozenset[str]:
    """Give the longest piece without a placeholder of each original, where it is long enough not to stand by chance."""
    found = set()
    for one in SECTIONS if section is None else (section,):
        for message in kept(one, LANGUAGE):
            originals = message.id if isinstance(message.id, list | tuple) else (message.id,)
            translations = message.string if isinstance(message.string, list | tuple) else (message.string,)
            for original in filter(None, originals):
                piece = max(PLACEHOLDER.split(original), key=len).strip(" .,:;")
                if len(piece.split()) >= FEWEST_WORDS and not any(piece in (text or "") for text in translations):
                    found.add(piece)
    return frozenset(found)


class Words(html.parser.HTMLParser):
    """Collects what a page says, seen or heard, but for pieces that are marked as being in another language."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []
        self.foreign: list[bool] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        is_foreign = bool(self.foreign) and self.foreign[-1]
        is_foreign = is_foreign or tag in {"script", "style"} or given.get("lang", LANGUAGE) != LANGUAGE
        if not is_foreign:
            self.found.extend(str(text) for name, text in attrs if name in SPOKEN and text)
        if tag not in WITHOUT_END:
            self.foreign.append(is_foreign)

    def handle_endtag(self, tag: str) -> None:
        if tag not in WITHOUT_END and self.foreign:
            self.foreign.pop()

    def handle_data(self, data: str) -> None:
        if not (self.foreign and self.foreign[-1]):
            self.found.append(data)


def words_of(page: str) -> str:
    """Give what a page says to its reader in its own language."""
    words = Words()
    words.feed(page)
    return re.sub(r"\s+", " ", " | ".join(words.found))


def english_in(text: str, section: str | None = None) -> list[str]:
    """Give the sentences of the tool, or of one of its catalogues, that stand in a text in English."""
    plain = re.sub(r"\s+", " ", text)
    return sorted(piece for piece in english_fragments(section) if piece in plain)
