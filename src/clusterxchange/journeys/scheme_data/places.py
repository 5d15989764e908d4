"""Places of a document: found, changed and compared by the paths that errors name."""

import copy
import re
from collections.abc import Iterator, Mapping
from typing import Any

STEP = re.compile(r"[^.\[\]]+")
Document = dict[str, Any]


def value_at(document: Any, path: str) -> Any:  # noqa: ANN401 -- a document holds values of every kind
    """Give what stands at a path.

    :raises LookupError: where there is no such place.
    """
    place = document
    for name in STEP.findall(path):
        place = place[int(name)] if isinstance(place, list) else place[name]
    return place


def with_value(document: Document, path: str, value: object) -> Document:
    """Give a copy of the document with another value at a path; objects on the way are made where they are missing."""
    changed = copy.deepcopy(document)
    *way, last = STEP.findall(path)
    place: Any = changed
    for name in way:
        place = place[int(name)] if isinstance(place, list) else place.setdefault(name, {})
    if isinstance(place, list):
        place[int(last)] = value
    else:
        place[last] = value
    return changed


def leaves_of(value: Any, path: str = "") -> Iterator[tuple[str, Any]]:  # noqa: ANN401 -- as above
    """Give every path of a document with what stands there; rows that have a code are named by it."""
    if isinstance(value, Mapping) and value:
        for name, inner in value.items():
            yield from leaves_of(inner, f"{path}.{name}" if path else name)
    elif isinstance(value, list) and value and all(isinstance(row, Mapping) for row in value):
        for number, row in enumerate(value):
            yield from leaves_of(row, f"{path}[{row.get('code', number)}]")
    else:
        yield path, value


def differences(before: Document, after: Document) -> list[tuple[str, Any, Any]]:
    """Give each place that differs with what stood there and what stands there now; None where nothing does."""
    old, new = dict(leaves_of(before)), dict(leaves_of(after))
    return [
        (path, old.get(path), new.get(path))
        for path in sorted(old | new)
        if old.get(path, _NONE) != new.get(path, _NONE)
    ]


_NONE = object()
