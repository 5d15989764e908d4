"""The checklist of the assessment, row by row."""

from collections.abc import Mapping
from typing import Any

from django import template
from django.utils.translation import gettext as _

from clusterxchange.phases.registration.forms import ChecklistForm

register = template.Library()


@register.simple_tag
def checklist_rows(
    form: ChecklistForm, findings: Mapping[str, str], asked: Mapping[str, Mapping[str, str]]
) -> list[dict[str, Any]]:
    """Give answer and comment of each item, with what the tool itself found and what the applicant was asked."""
    return [
        {
            "answer": form[f"item_{item}"],
            "comment": form[f"comment_{item}"],
            "finding": findings.get(item, ""),
            "asked": asked.get(item),
        }
        for item in form.items
    ]


@register.simple_tag
def decision_fields(form: ChecklistForm) -> list[Any]:
    """Give the field of the decision on each role asked."""
    return [form[f"{role.value}_decision"] for role in form.roles]


@register.simple_tag
def letter_fields(form: ChecklistForm, mails: Mapping[str, Mapping[str, str]]) -> list[dict[str, Any]]:
    """Give the mail of each decision: what is fixed in it, and the text that may be edited."""
    titles = {
        "accept": _("Mail that goes with “Accept”"),
        "hold": _("Mail that goes with “Ask for more”"),
        "refuse": _("Mail that goes with “Refuse”"),
    }
    labels = {
        "accept": _("Text of the mail with “Accept”"),
        "hold": _("Text of the mail with “Ask for more”"),
        "refuse": _("Text of the mail with “Refuse”"),
    }
    return [
        {
            "title": title,
            "label": labels[name],
            "mail": mails[name],
            "field": form[f"{name}_letter"],
            "shown": form[f"{name}_letter_shown"],
        }
        for name, title in titles.items()
    ]
