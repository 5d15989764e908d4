"""Examples at fields where people do not know how to begin: shown folded, and taken over into the field if wished."""

from typing import TypeVar

from django import forms
from django.utils.functional import Promise

Field = TypeVar("Field", bound=forms.Field)


def with_example(field: Field, example: str | Promise) -> Field:
    """Hang an example on a field; `cotton/field.html` shows it."""
    field.example = example  # type: ignore[attr-defined]  # -- a field holds whatever its page shows
    return field
