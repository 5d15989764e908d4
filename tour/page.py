"""A page as a program from outside reads it: marks, forms, links. Nothing of the project is imported here."""

from __future__ import annotations

from dataclasses import dataclass, field
from html.parser import HTMLParser
from urllib.parse import urljoin

VOID = {"area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "track", "wbr", "path"}


@dataclass
class Element:
    """A tag with its attributes and what stands in it."""

    tag: str
    attributes: dict[str, str]
    parent: Element | None = None
    children: list[Element | str] = field(default_factory=list)

    def text(self) -> str:
        """Give the words in it, with single blanks."""
        parts = [child if isinstance(child, str) else child.text() for child in self.children]
        return " ".join(" ".join(parts).split())

    def all(self, tag: str = "", **marks: str) -> list[Element]:
        """Find what is inside, by tag and attributes (underscores stand for hyphens; "" for any value)."""
        found = []
        for child in self.children:
            if isinstance(child, str):
                continue
            if (not tag or child.tag == tag) and all(
                child.attributes.get(name.replace("_", "-")) is not None
                and (not value or child.attributes[name.replace("_", "-")] == value)
                for name, value in marks.items()
            ):
                found.append(child)
            found += child.all(tag, **marks)
        return found


class _Builder(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.root = Element("document", {})
        self.here = self.root

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        made = Element(tag, {name: value or "" for name, value in attrs}, self.here)
        self.here.children.append(made)
        if tag not in VOID:
            self.here = made

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.here.children.append(Element(tag, {name: value or "" for name, value in attrs}, self.here))

    def handle_endtag(self, tag: str) -> None:
        at: Element | None = self.here
        while at is not None and at.tag != tag:
            at = at.parent
        if at is not None and at.parent is not None:
            self.here = at.parent

    def handle_data(self, data: str) -> None:
        self.here.children.append(data)


@dataclass
class Form:
    """A form of a page: where it goes and what it would send untouched."""

    action: str
    url: str
    values: dict[str, list[str]]
    kinds: dict[str, str]
    choices: dict[str, list[str]]

    @property
    def files(self) -> list[str]:
        """The fields that take a file."""
        return [name for name, kind in self.kinds.items() if kind == "file"]


@dataclass
class Page:
    """An answer of the server."""

    url: str
    status: int
    body: bytes
    content_type: str
    root: Element

    @classmethod
    def read(cls, url: str, status: int, body: bytes, content_type: str) -> Page:
        """Read an answer; what is no HTML has an empty tree."""
        builder = _Builder()
        if "html" in content_type:
            builder.feed(body.decode())
        return cls(url, status, body, content_type, builder.root)

    @property
    def main(self) -> Element:
        """The page's main part, with the marks of the thing that it shows."""
        return next(iter(self.root.all("main")), self.root)

    @property
    def state(self) -> str:
        """The state of the thing that the page shows."""
        return self.main.attributes.get("data-state", "")

    @property
    def reference(self) -> str:
        """The reference of the thing that the page shows."""
        return self.main.attributes.get("data-ref", "")

    @property
    def turn(self) -> list[str]:
        """Whose turn it is, in the words of the contract."""
        banner = next(iter(self.root.all(data_turn="")), None)
        return banner.attributes["data-turn"].split() if banner is not None else []

    @property
    def due(self) -> str:
        """Until when, YYYY-MM-DD."""
        banner = next(iter(self.root.all(data_due="")), None)
        return banner.attributes["data-due"] if banner is not None else ""

    @property
    def codes(self) -> list[str]:
        """The codes of everything that was refused."""
        refused = [one.attributes["data-refusal"] for one in self.root.all(role="alert", data_refusal="")]
        return refused + [one.attributes["data-error"] for one in self.root.all(data_error="")]

    def closed(self, action: str) -> list[str]:
        """The reasons for which an action is closed."""
        return [one.attributes.get("data-refusal", "") for one in self.root.all("p", data_action=action)]

    def cents(self) -> list[int]:
        """Every amount of the page."""
        return [int(one.attributes["data-cents"]) for one in self.root.all(data_cents="")]

    def open_actions(self) -> list[str]:
        """Every action that the page offers."""
        return [one.attributes["data-action"] for one in self.root.all("form", data_action="")]

    def links(self, ending: str) -> list[str]:
        """Find the addresses of the links of the page that have this end, each once."""
        found = [one.attributes.get("href", "") for one in self.root.all("a")]
        return [urljoin(self.url, one) for one in dict.fromkeys(found) if one.endswith(ending)]

    def link(self, ending: str) -> str:
        """Find the address of a link of the page by its end or a part of it.

        :raises LookupError: the page has no such link.
        """
        links = [one.attributes.get("href", "") for one in self.root.all("a")]
        for candidate in (*[one for one in links if one.endswith(ending)], *[one for one in links if ending in one]):
            return urljoin(self.url, candidate)
        message = f"no link to {ending} in {self.url}; there are {links}"
        raise LookupError(message)

    def form(self, action: str, capacity: str = "") -> Form:
        """Find the form of an action; a form without `data-action` is found by the end of its address.

        :raises LookupError: the page has no such form.
        """
        for one in self.root.all("form"):
            address = one.attributes.get("action", "")
            if one.attributes.get("data-action") == action or (
                "data-action" not in one.attributes and urljoin(self.url, address).rstrip("/").endswith(action)
            ):
                made = self._form(one, action, urljoin(self.url, address) if address else self.url)
                if not capacity or made.values.get("capacity") == [capacity]:
                    return made
        message = f"no form for {action} in {self.url} ({self.status}, {self.state}); there are {self.open_actions()}"
        raise LookupError(message)

    def only_form(self) -> Form:
        """Give the first form of the main part: for pages that are one form, such as those of an account.

        :raises LookupError: the page has none.
        """
        for one in self.main.all("form"):
            address = one.attributes.get("action", "")
            return self._form(one, one.attributes.get("data-action", ""), urljoin(self.url, address))
        message = f"no form in {self.url} ({self.status})"
        raise LookupError(message)

    def _form(self, element: Element, action: str, url: str) -> Form:
        form = Form(action, url, {}, {}, {})
        identity = element.attributes.get("id", "")
        controls = [one for one in element.all() if one.attributes.get("form", identity) == identity]
        controls += [one for one in self.root.all(form=identity) if identity and one not in controls]
        for one in controls:
            name = one.attributes.get("name")
            if not name or one.tag not in {"input", "select", "textarea"}:
                continue
            kind = one.attributes.get("type", "text") if one.tag == "input" else one.tag
            form.kinds[name] = kind
            if one.tag == "select":
                options = one.all("option")
                form.choices[name] = [option.attributes.get("value", option.text()) for option in options]
                chosen = [
                    value
                    for option, value in zip(options, form.choices[name], strict=True)
                    if "selected" in option.attributes
                ]
                form.values[name] = chosen or ([] if "multiple" in one.attributes else form.choices[name][:1])
            elif kind in {"radio", "checkbox"}:
                form.choices.setdefault(name, []).append(one.attributes.get("value", "on"))
                form.values.setdefault(name, [])
                if "checked" in one.attributes:
                    form.values[name].append(one.attributes.get("value", "on"))
            elif kind == "textarea":
                form.values[name] = [
                    "".join(child for child in one.children if isinstance(child, str)).removeprefix("\n")
                ]
            elif kind != "file" and kind not in {"submit", "button"}:
                form.values[name] = [one.attributes.get("value", "")]
        return form
