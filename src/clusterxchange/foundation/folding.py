"""One way of folding text, for the stored column and for the query alike."""

import re
import unicodedata
from collections.abc import Iterable, Iterator
from functools import lru_cache

LETTERS = str.maketrans(
    {"ł": "l", "ø": "o", "đ": "d", "ð": "d", "þ": "th", "æ": "ae", "œ": "oe", "ı": "i", "ħ": "h", "ß": "ss"}
)
# Letters that some write as two where others leave the marks away: Müller is Mueller and Muller.
IN_TWO_LETTERS = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue", "å": "aa", "ø": "oe"})
WORD = re.compile(r"[^\W_]+")
LONGEST_WORD = 60
SPELLINGS_KEPT = 50_000
# Letters as folding leaves them, in two usual ways of writing them in Latin letters: by sound today, and as in
# scholarly names (Αθήνα is Athina and Athena). Of several letters in a row the longest come first.
GREEK = re.compile("[\u0370-\u03ff]")
GREEK_SOUNDS = {
    "ου": "ou", "αυ": "av", "ευ": "ev", "μπ": "b", "ντ": "nt", "γγ": "ng", "γκ": "gk",
    "α": "a", "β": "v", "γ": "g", "δ": "d", "ε": "e", "ζ": "z", "η": "i", "θ": "th", "ι": "i", "κ": "k", "λ": "l",
    "μ": "m", "ν": "n", "ξ": "x", "ο": "o", "π": "p", "ρ": "r", "σ": "s", "τ": "t", "υ": "y", "φ": "f", "χ": "ch",
    "ψ": "ps", "ω": "o",
}  # fmt: skip
GREEK_NAMES = {**GREEK_SOUNDS, "αυ": "au", "ευ": "eu", "μπ": "mp", "β": "b", "η": "e", "φ": "ph"}
CYRILLIC = re.compile("[\u0400-\u04ff]")
CYRILLIC_SOUNDS = {
    "а": "a", "б": "b", "в": "v", "г": "g", "д": "d", "е": "e", "ж": "zh", "з": "z", "и": "i", "к": "k", "л": "l",
    "м": "m", "н": "n", "о": "o", "п": "p", "р": "r", "с": "s", "т": "t", "у": "u", "ф": "f", "х": "h", "ц": "ts",
    "ч": "ch", "ш": "sh", "щ": "sht", "ъ": "a", "ь": "y", "ю": "yu", "я": "ya", "ы": "y", "э": "e", "і": "i",
    "є": "ye", "ґ": "g", "ј": "j", "љ": "lj", "њ": "nj", "џ": "dz", "ђ": "dj", "ћ": "c", "ѕ": "dz",
}  # fmt: skip
# Names write "ия" as "ia" (София is Sofia), and some leave the signs away.
CYRILLIC_NAMES = {"ия": "ia", **CYRILLIC_SOUNDS, "х": "kh", "щ": "shch", "ъ": "", "ь": ""}
SCRIPTS = ((GREEK, (GREEK_SOUNDS, GREEK_NAMES)), (CYRILLIC, (CYRILLIC_SOUNDS, CYRILLIC_NAMES)))


def fold(text: str) -> str:
    """Give the text in lower case without accents: what a search compares."""
    lowered = text.casefold().translate(LETTERS)
    stripped = "".join(letter for letter in unicodedata.normalize("NFKD", lowered) if not unicodedata.combining(letter))
    return " ".join(stripped.split())


def words_of(text: str) -> Iterator[str]:
    """Give the words of a text as they are written; what is no letter and no digit stands between words."""
    yield from WORD.findall(unicodedata.normalize("NFKC", text))


@lru_cache(maxsize=SPELLINGS_KEPT)
def spellings(word: str) -> tuple[str, ...]:
    """Give every folded spelling under which a word is found, its own first.

    A German umlaut may be written as two letters, and Greek and Cyrillic letters as Latin ones. The stored column and
    the query are spelled alike, so that either side may write it in either way.
    """
    found = [_one_word(word), _one_word(word.casefold().translate(IN_TWO_LETTERS))]
    for script, alphabets in SCRIPTS:
        if script.search(found[0]):
            found += [_in_latin(found[0], alphabet) for alphabet in alphabets]
    return tuple(dict.fromkeys(one for one in found if one))


def searched(texts: Iterable[str]) -> str:
    """Give what is stored of texts to be searched: each spelling of each word once, with spaces between them."""
    return " ".join(dict.fromkeys(one for text in texts for word in words_of(text) for one in spellings(word)))


def _one_word(word: str) -> str:
    return "".join(WORD.findall(fold(word)))[:LONGEST_WORD]


def _in_latin(word: str, alphabet: dict[str, str]) -> str:
    return re.sub("|".join(alphabet), lambda found: alphabet[found[0]], word)[:LONGEST_WORD]
