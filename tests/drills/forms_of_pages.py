"""The forms of a page, read from the page as a browser reads them: where each leads, and its fields."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urljoin, urlsplit

from lxml import etree, html  # type: ignore[import-untyped]  # -- the package brings no types

NOT_SENT = {"submit", "button", "image", "reset", "file"}
TICKED = {"checkbox", "radio"}
WORDS = {"text", "textarea", "search", "url", "tel"}
# What a person would type where nothing stands yet.
LIKELY = {
    "email": "somebody@mill.example", "url": "https://mill.example/", "tel": "+34 600 000 000", "number": "1",
    "date": "2026-05-05", "time": "09:00", "datetime-local": "2026-05-05T09:00", "month": "2026-05",
}  # fmt: skip
FIELDS = ".//input[@name]|.//select[@name]|.//textarea[@name]|.//button[@name]"


@dataclass(frozen=True)
class Field:
    """One name of a form: its kind, what stands in it, and what can be chosen."""

    name: str
    kind: str
    values: tuple[str, ...] = ()
    options: tuple[str, ...] = ()
    longest: int = 0

    @property
    def is_for_words(self) -> bool:
        """Whether people type words of their own into it."""
        return self.kind in WORDS


@dataclass(frozen=True)
class Form:
    """One form: the page on which it stands, the address to which it leads, and its fields by name."""

    page: str
    address: str
    method: str
    fields: tuple[Field, ...]


def forms_of(content: str, page: str) -> list[Form]:
    """Give the forms of a page that lead to this host."""
    try:
        document = html.fromstring(content)
    except etree.ParserError:
        return []
    found = []
    for form in document.xpath("//form"):
        address = urljoin(page, form.get("action") or page)
        method = (form.get("method") or "get").lower()
        if urlsplit(address).netloc or method not in {"get", "post"}:
            continue
        own = form.get("id")
        elements = [*form.xpath(FIELDS), *(document.xpath("//*[@name][@form=$own]", own=own) if own else ())]
        found.append(Form(page, address, method, _fields(elements)))
    return found


def _fields(elements: list[Any]) -> tuple[Field, ...]:
    by_name: dict[str, Field] = {}
    for element in elements:
        one = _field(element)
        known = by_name.get(one.name)
        if known is None or known.kind != one.kind:
            by_name[one.name] = one
        else:
            by_name[one.name] = Field(one.name, one.kind, known.values + one.values, known.options + one.options)
    return tuple(by_name.values())


def _field(element: Any) -> Field:  # noqa: ANN401 -- lxml brings no types
    name, longest = element.get("name"), int(element.get("maxlength") or 0)
    if element.tag == "select":
        options = tuple(one.get("value", one.text or "") for one in element.iter("option"))
        marked = [one for one in element.iter("option") if one.get("selected") is not None]
        chosen = tuple(one.get("value", one.text or "") for one in marked)
        return Field(name, "select", chosen or options[:1], options)
    if element.tag == "textarea":
        return Field(name, "textarea", (element.text or "",), longest=longest)
    kind = element.get("type", "submit" if element.tag == "button" else "text").lower()
    value = element.get("value", "on" if kind in TICKED else "")
    if kind in TICKED:
        return Field(name, kind, (value,) if element.get("checked") is not None else (), (value,))
    return Field(name, kind, (value,), (value,) if kind == "hidden" else (), longest)


def as_shown(form: Form) -> dict[str, Any]:
    """Give what a browser sends if nobody types anything."""
    return {one.name: list(one.values) for one in form.fields if one.values and one.kind not in NOT_SENT}


def as_filled(form: Form, text: Callable[[Field], str], files: Mapping[str, Any]) -> dict[str, Any]:
    """Give what a person sends who fills everything in, with words of the caller's in each field for words."""
    data: dict[str, Any] = {}
    for one in form.fields:
        shown = [value for value in one.values if value]
        if one.kind == "file":
            data |= {one.name: files[one.name]} if one.name in files else {}
        elif one.kind in NOT_SENT:
            continue
        elif one.is_for_words:
            data[one.name] = text(one)
        elif one.kind == "checkbox":
            data[one.name] = list(one.options)
        elif one.options and one.kind in {"radio", "select"}:
            data[one.name] = shown or [next((value for value in one.options if value), "")]
        else:
            data[one.name] = shown or LIKELY.get(one.kind, "")
    return data
