"""The checklist of the assessment, row by row."""

from collections.abc import Mapping
from typing import Any

from django import template

from clusterxchange.phases.registration.forms import ChecklistForm

register = template.Library()


@register.simple_tag
def checklist_rows(form: ChecklistForm, findings: Mapping[str, str]) -> list[dict[str, Any]]:
    """Give answer and comment of each item with what the tool itself found."""
    return [
        {"answer": form[f"item_{item}"], "comment": form[f"comment_{item}"], "finding": findings.get(item, "")}
        for item in form.items
    ]


@register.simple_tag
def decision_fields(form: ChecklistForm) -> list[Any]:
    """Give the field of the decision on each role asked."""
    return [form[f"{role.value}_decision"] for role in form.roles]
