"""Fields that must be filled although their form lets them pass: an operation refuses them empty, with its own code."""

from typing import TypeVar

from django import forms

Field = TypeVar("Field", bound=forms.Field)


def asked(field: Field) -> Field:
    """Mark a field, so that `cotton/field.html` does not call it optional."""
    field.asked = True  # type: ignore[attr-defined]  # -- a field holds whatever its page shows
    return field
