"""A browser without scripts: opens pages as somebody of the cast, reads forms and sends them."""

import html.parser
from dataclasses import dataclass, field
from typing import Any

from django.test import Client

from tests.cast import Person


class Fields(html.parser.HTMLParser):
    """Reads what a browser would send with the form of one action, as it stands on the page."""

    def __init__(self, action: str) -> None:
        super().__init__()
        self.action = action
        self.address = ""
        self.inside = False
        self.values: dict[str, Any] = {}
        self.names: list[str] = []
        self.textarea = ""
        self.select = ""
        self.marks: list[dict[str, str | None]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        self.marks.append({"tag": tag, **given})
        if tag == "form":
            self.inside = given.get("data-action") == self.action
            self.address = given.get("action") or "" if self.inside else self.address
        if not self.inside or not given.get("name"):
            self.select = self.select if tag == "option" else ""
            if self.inside and tag == "option" and self.select and "selected" in given:
                self.values[self.select] = given.get("value") or ""
            return
        name = str(given["name"])
        self.names.append(name)
        if tag == "textarea":
            self.textarea, self.values[name] = name, ""
        elif tag == "select":
            self.select, self.values[name] = name, ""
        elif given.get("type") in {"checkbox", "radio"}:
            if "checked" in given:
                self.values.setdefault(name, []).append(given.get("value") or "on")
        elif given.get("type") != "file":
            self.values[name] = given.get("value") or ""

    def handle_data(self, data: str) -> None:
        if self.textarea:
            self.values[self.textarea] += data.removeprefix("\n") if not self.values[self.textarea] else data

    def handle_endtag(self, tag: str) -> None:
        if tag == "textarea":
            self.textarea = ""
        if tag == "form":
            self.inside = False


@dataclass
class Page:
    """What came back."""

    status: int
    text: str
    response: Any

    def form(self, action: str) -> Fields:
        found = Fields(action)
        found.feed(self.text)
        return found

    def marks(self, name: str) -> list[str]:
        found = Fields("")
        found.feed(self.text)
        return [str(mark[name]) for mark in found.marks if name in mark]

    def refusal(self) -> str:
        found = Fields("")
        found.feed(self.text)
        alerts = [mark for mark in found.marks if mark.get("role") == "alert" and mark.get("data-refusal")]
        return str(alerts[0]["data-refusal"]) if alerts else ""


@dataclass
class Browser:
    """Opens pages and sends forms as anybody of the cast."""

    clients: dict[int, Client] = field(default_factory=dict)

    def _client(self, person: Person) -> Client:
        client = self.clients.setdefault(person.account.pk, Client())
        if "_auth_user_id" not in client.session:
            client.force_login(person.account)
        return client

    def get(self, person: Person, path: str, **query: str) -> Page:
        response = self._client(person).get(path, query)
        is_text = response["Content-Type"].startswith("text/html")
        return Page(response.status_code, response.content.decode() if is_text else "", response)

    def post(self, person: Person, path: str, data: dict[str, Any] | None = None) -> Page:
        response = self._client(person).post(path, data or {})
        is_file = "Content-Disposition" in response
        return Page(response.status_code, "" if is_file else response.content.decode(), response)

    def send(self, person: Person, page_path: str, action: str, **typed: Any) -> Page:  # noqa: ANN401 -- whatever a field may take
        """Fill in the form of an action as it stands on a page, and send it."""
        form = self.get(person, page_path).form(action)
        assert form.address, f"no form for {action} at {page_path}"
        return self.post(person, form.address, {**form.values, **typed})
