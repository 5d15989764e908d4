"""Words that hint at an internship, a work placement or employment."""

import re
from functools import lru_cache

from clusterxchange.foundation.folding import fold
from clusterxchange.scheme.document import Scheme

VERSIONS_KEPT = 16


def hint_words_in(scheme: Scheme, text: str) -> list[str]:
    """Give the hinting words of a text as they stand there folded, each once, in their order.

    They decide nothing: each contact point answers them.
    """
    return list(dict.fromkeys(_pattern(scheme.sha256, _words(scheme)).findall(fold(text))))


def _words(scheme: Scheme) -> tuple[str, ...]:
    return tuple(sorted({word for words in scheme.hint_words.values() for word in words}))


@lru_cache(maxsize=VERSIONS_KEPT)
def _pattern(_sha256: str, words: tuple[str, ...]) -> re.Pattern[str]:
    # A star stands for any ending. Longer words come first, so that the whole phrase is shown.
    written = sorted((fold(word) for word in words), key=len, reverse=True)
    if not written:
        return re.compile(r"(?!)")
    return re.compile(r"\b(?:" + "|".join(re.escape(word).replace(r"\*", r"\w*") for word in written) + r")\b")
