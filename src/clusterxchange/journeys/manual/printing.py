"""A manual as an accessible file, made anew as soon as anything that it says has changed."""

import hashlib
import json
from collections.abc import Iterator
from dataclasses import asdict
from datetime import date

from django.core.cache import cache

from clusterxchange.documents.typesetting import typeset
from clusterxchange.journeys.manual.reading import PICTURES, Manual

KEPT_FOR_SECONDS = 24 * 60 * 60
# The file says nothing of a day; a fixed one keeps the bytes the same as long as the words are.
DATED = date(2026, 1, 1)


def printed(manual: Manual, language: str) -> bytes:
    """Give a manual as a PDF file with its pictures."""
    data = {**asdict(manual), "pictures": f"/static/manual/{language}"}
    shown = json.dumps([data, list(_pictures(manual, language))], sort_keys=True, ensure_ascii=False)
    key = f"manual-{hashlib.sha256(shown.encode()).hexdigest()}"
    made: bytes | None = cache.get(key)
    if made is None:
        made = typeset("manual", data, language=language, title=manual.title, dated=DATED)
        cache.set(key, made, KEPT_FOR_SECONDS)
    return made


def _pictures(manual: Manual, language: str) -> Iterator[str]:
    for section in manual.sections:
        for block in section.blocks:
            if block.picture:
                content = (PICTURES / language / f"{block.picture}.webp").read_bytes()
                yield hashlib.sha256(content).hexdigest()
