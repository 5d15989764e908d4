"""Sentences of the interface are short, in every language of the tool."""

import re
from collections.abc import Iterator

import pytest
from django.conf import settings

from clusterxchange.management.translations import SECTIONS, kept

MOST_WORDS = 25
SHORT = 20
SHARE_OF_SHORT = 0.95
# A sentence ends with its mark before what begins a new one: a capital letter, a quotation, a placeholder.
END = re.compile(r"(?<=[.!?…:])\s+(?=[\"„“%{<]|[^\W\d_a-zà-ÿąćęłńóśźż])|\n+")
MARKUP = re.compile(r"<[^>]+>")
# The footnote on Kosovo is given word by word.
GIVEN = re.compile(r"1244/1999")


def sentences_of(text: str) -> Iterator[str]:
    yield from filter(None, (piece.strip() for piece in END.split(MARKUP.sub(" ", text))))


def words_in(sentence: str) -> int:
    return sum(bool(re.search(r"\w", word)) for word in sentence.split())


def texts(language: str) -> Iterator[str]:
    for section in SECTIONS:
        for message in kept(section, "pl"):
            said = message.id if language == "en" else message.string
            yield from filter(None, said if isinstance(said, list | tuple) else (said,))


@pytest.mark.parametrize("language", [code for code, _name in settings.LANGUAGES])
def test_each_sentence_of_the_interface_is_short(language: str) -> None:
    lengths = {
        sentence: words_in(sentence)
        for text in texts(language)
        for sentence in sentences_of(text)
        if not GIVEN.search(sentence)
    }
    assert len(lengths) > 1_000
    assert {sentence: length for sentence, length in lengths.items() if length > MOST_WORDS} == {}
    short = sum(length <= SHORT for length in lengths.values())
    assert short >= SHARE_OF_SHORT * len(lengths)


def test_a_long_sentence_is_found_among_short_ones() -> None:
    text = f"It is short. Then {'word ' * 30}ends. <b>Nothing</b> more: %(name)s stands here."

    assert [words_in(sentence) for sentence in sentences_of(text)] == [3, 32, 2, 3]
