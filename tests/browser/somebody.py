"""A person with a Chromium of their own, who looks at each new page as closely as a reviewer would."""

from __future__ import annotations

import hashlib
import re
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any
from urllib.parse import urljoin, urlsplit

from playwright.sync_api import BrowserContext, FilePayload, Locator, Response
from playwright.sync_api import Page as Tab
from tour.page import Form, Page
from tour.person import File, Person, one_time_code

from tests.browser.checks import NARROW, WIDE, faults

PERIOD_OF_A_CODE = 30
PATIENCE = 30_000  # milliseconds; a loaded machine is slow
EXPECTED_NOISE = re.compile(r"Failed to load resource: the server responded with a status of (403|404|409|422)")
REPORT = """document.addEventListener("securitypolicyviolation", (event) => console.error(
  `against the content security policy: ${event.violatedDirective} ${event.blockedURI} ${event.sample}`));"""
NUMBERS = re.compile(r"\b(?:[A-Z]{3}-\d{4}-\d{6}|\d+)\b")


class Looks:
    """Which pages have been looked at in which state, by whoever of a run was first."""

    def __init__(self, folder: Path) -> None:
        """Begin with none; the folder is shared by all processes of the run."""
        self.folder, self.met = folder, set[tuple[str, ...]]()

    def is_first(self, key: tuple[str, ...]) -> bool:
        """Tell whether nobody has looked yet, and take it on."""
        if key in self.met:
            return False
        self.met.add(key)
        try:
            (self.folder / hashlib.sha256(repr(key).encode()).hexdigest()).touch(exist_ok=False)
        except FileExistsError:
            return False
        return True


def nobody_notes(*_arguments: Any, **_more: Any) -> None:  # noqa: ANN401 -- takes whatever is told
    """Count nothing."""


class Somebody(Person):
    """One person in Chromium. What is opened and sent is what a program from outside would open and send."""

    def __init__(
        self,
        name: str,
        base: str,
        context: BrowserContext,
        note: Callable[..., None] = nobody_notes,
        *,
        widths: Sequence[int] = (NARROW, WIDE),
        looks: Looks,
    ) -> None:
        """Begin signed out, unless the context remembers somebody."""
        super().__init__(name, base, note)
        self.context, self.widths = context, widths
        self.looks = looks
        self.faults: list[str] = []
        context.set_default_timeout(PATIENCE)
        context.add_init_script(REPORT)
        context.on("weberror", lambda error: self.faults.append(f"error in a page: {error.error}"))
        context.on("console", self._hear)
        self.tab: Tab = context.new_page()

    def _hear(self, message: Any) -> None:  # noqa: ANN401 -- a console message; the type is not exported everywhere
        if message.type == "error" and not EXPECTED_NOISE.match(message.text):
            self.faults.append(f"{message.page.url if message.page else ''} console: {message.text}")

    def follow(self, what: Locator) -> None:
        """Press a link or a button and wait until the page behind it has come."""
        with self.tab.expect_navigation():
            what.click()

    def open(self, address: str) -> Page:
        """Go to an address."""
        wanted = urljoin(self.base, address)
        if "/demo/mails/" in wanted:
            return super().open(address)
        if wanted.endswith("/file/"):
            return self.take_away(wanted)
        response = self.tab.goto(wanted)
        return self.read(response)

    def take_away(self, address: str) -> Page:
        """Take a file away as whoever is signed in; Chromium shows none of it as a page."""
        answer = self.context.request.get(address)
        return Page.read(answer.url, answer.status, answer.body(), answer.headers.get("content-type", ""))

    def send(
        self, form: Form, values: Mapping[str, Any] | None = None, files: Mapping[str, File] | None = None
    ) -> Page:
        """Fill a form in and press its button."""
        element = self.form(form)
        self.fill(element, values or {}, files or {})
        began = time.monotonic()
        page = self.press(self.button_of(element))
        self.note(self, form.action, page, time.monotonic() - began, counted=True)
        return page

    def sign_in(self, email: str, password: str, totp_secret: str | None) -> Page:
        """Sign in, with the second factor where it is asked for."""
        self.email = email
        page = self.send(self.open("/sign-in/").form("sign-in"), {"login": email, "password": password})
        while totp_secret and "two-factor" in page.url:
            page = self.send(page.form("two-factor/authenticate"), {"code": one_time_code(totp_secret, time.time())})  # noqa: TID251 -- second factors use real time
            if "two-factor" in page.url:  # this code has been used by somebody else just now
                time.sleep(PERIOD_OF_A_CODE - time.time() % PERIOD_OF_A_CODE + 1)  # noqa: TID251 -- as above
        return page

    def form(self, form: Form) -> Locator:
        """Find the form of a page in the browser."""
        for element in self.tab.locator("form").all():
            action = element.get_attribute("data-action")
            address = urljoin(self.tab.url, element.get_attribute("action") or "")
            if (action == form.action or not action) and address.split("#")[0] == form.url.split("#")[0]:
                hidden = form.values.get("capacity")
                if hidden is None or element.locator(f"input[name=capacity][value='{hidden[0]}']").count():
                    return element
        message = f"no form for {form.action} in {self.tab.url}"
        raise LookupError(message)

    def button_of(self, element: Locator) -> Locator:
        """Find the button that sends a form as it stands."""
        identity = element.get_attribute("id")
        outside = self.tab.locator(f"button[type=submit][form='{identity}']") if identity else None
        inside = element.locator("button[type=submit]:not([formaction]), button:not([type]):not([formaction])")
        return (outside if outside and outside.count() else inside).first

    def fill(self, element: Locator, values: Mapping[str, Any], files: Mapping[str, File]) -> None:
        """Type, choose and tick; what is folded up is opened first."""
        for closed in element.locator("xpath=ancestor::details[not(@open)]/summary").all():
            closed.click()
        closed = element.locator("details:not([open]) > summary")
        while closed.count():  # what was opened is no longer among them
            closed.first.click()
        identity = element.get_attribute("id")
        for name, value in values.items():
            inside = element.locator(f"[name='{name}']:not([type=hidden])")
            control = inside
            if not inside.count() and identity:
                control = self.tab.locator(f"[name='{name}'][form='{identity}']")
            self.answer(control, value)
        for name, file in files.items():
            payload: FilePayload = {"name": file.name, "mimeType": file.content_type, "buffer": file.content}
            element.locator(f"input[name='{name}']").set_input_files(payload)

    def answer(self, control: Locator, value: Any) -> None:  # noqa: ANN401 -- text, a truth or a list of choices
        """Give one answer in the way that its control takes it."""
        kind = control.first.evaluate("(one) => one.type")
        several = [str(one) for one in value] if isinstance(value, list | tuple) else [str(value)]
        if kind == "checkbox" and isinstance(value, bool):
            control.first.set_checked(value)
        elif kind in {"checkbox", "radio"}:
            for one in control.all():
                wanted = one.get_attribute("value") in several
                if kind == "checkbox" or wanted:
                    one.set_checked(wanted)
        elif kind in {"select-one", "select-multiple"}:
            control.first.select_option(several)
        else:
            control.first.fill(str(value))

    def press(self, button: Locator) -> Page:
        """Press a button or a link, and read where it leads."""
        answers: list[Response] = []
        with self.tab.expect_navigation(wait_until="load") as waiting:
            button.click()
        if waiting.value is not None:
            answers.append(waiting.value)
        return self.read(answers[-1] if answers else None)

    def read(self, response: Response | None) -> Page:
        """Read the page as it stands, and look at it if it is a new one."""
        status = response.status if response is not None else 200
        page = Page.read(self.tab.url, status, self.tab.content().encode(), "text/html")
        self.look(page)
        return page

    def look(self, page: Page) -> None:
        """Look at a page that has not been seen in this state, and keep what is wrong with it."""
        path = urlsplit(page.url).path
        key = (NUMBERS.sub("N", path), page.state, " ".join(page.open_actions()), " ".join(page.codes))
        if not self.widths or not self.looks.is_first(key):
            return
        is_refusal = page.status in {403, 404, 429}
        needs_banner = not is_refusal and bool(page.main.attributes.get("data-machine"))
        found = faults(self.tab, self.widths, needs_banner=needs_banner, is_refusal=is_refusal)
        self.faults += [f"{self.name} at {path} ({page.state}): {one}" for one in found]

    def remember(self, folder: Path) -> Path:
        """Keep who is signed in, for another context of the same run."""
        path = folder / f"{self.email}.json"
        self.context.storage_state(path=path)
        return path
