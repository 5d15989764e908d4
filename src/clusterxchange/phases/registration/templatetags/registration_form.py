"""What the templates of the form need of Python."""

from collections.abc import Mapping
from typing import Any

from django import template

register = template.Library()


@register.filter
def at_key(held: Mapping[str, Any] | None, key: str) -> Any:  # noqa: ANN401 -- whatever is held
    """Give what a mapping holds for a key, nothing where it holds nothing."""
    return (held or {}).get(key, "")
