"""One way of folding text, for the stored column and for the query alike."""

import unicodedata

LETTERS = str.maketrans(
    {"ł": "l", "ø": "o", "đ": "d", "ð": "d", "þ": "th", "æ": "ae", "œ": "oe", "ı": "i", "ħ": "h", "ß": "ss"}
)


def fold(text: str) -> str:
    """Give the text in lower case without accents: what a search compares."""
    lowered = text.casefold().translate(LETTERS)
    stripped = "".join(letter for letter in unicodedata.normalize("NFKD", lowered) if not unicodedata.combining(letter))
    return " ".join(stripped.split())
