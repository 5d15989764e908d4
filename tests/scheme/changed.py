"""The rules of an edition with something changed, as the support office would change them in a further version."""

from typing import Any

from clusterxchange.scheme.document import Scheme, scheme_of
from clusterxchange.scheme.editions import DEFAULT_EDITION, document_of


def changed_document(path: str, value: object, *, edition: str = DEFAULT_EDITION) -> dict[str, Any]:
    """Give the document of an edition with one place changed; the path is written as errors write it."""
    document = document_of(edition)
    *way, last = path.replace("[", ".").replace("]", "").split(".")
    place: Any = document
    for name in way:
        place = place[int(name)] if isinstance(place, list) else place[name]
    if isinstance(place, list):
        place[int(last)] = value
    else:
        place[last] = value
    return document


def changed(path: str, value: object, *, edition: str = DEFAULT_EDITION) -> Scheme:
    """Give the rules of an edition with one place changed."""
    return scheme_of(changed_document(path, value, edition=edition))
