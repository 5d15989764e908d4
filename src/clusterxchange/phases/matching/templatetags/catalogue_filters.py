"""The options of the catalogue's filters, written out in one go."""

from collections.abc import Mapping
from typing import Any

from django import template
from django.utils.html import format_html_join
from django.utils.safestring import SafeString

register = template.Library()

OPTION = '<label class="choice"><input type="checkbox" name="{}" value="{}"{}><span>{} <span>{}</span></span></label>'


@register.simple_tag
def filter_options(name: str, options: list[Mapping[str, Any]]) -> SafeString:
    """Write the options of one filter: some 300 on a page, which as nodes of a template take half of its time."""
    return format_html_join(
        "",
        OPTION,
        (
            (name, one["value"], SafeString(" checked" if one["chosen"] else ""), one["label"], one["count"])
            for one in options
        ),
    )
