"""Signing in, filling a section in and signing, with nothing but the keyboard: each stop shows where one is."""

from __future__ import annotations

import time

import pytest
from playwright.sync_api import Page as Tab
from tour.person import one_time_code
from tour.play import PASSWORD

from tests.browser.conftest import People
from tests.browser.exchanges import PreparedExchange, host_called, visitor_called

pytestmark = [pytest.mark.browser, pytest.mark.timeout(600)]

MOST_STOPS = 160
HERE = """() => {
  const here = document.activeElement;
  const drawn = [here, here.closest("label"), here.nextElementSibling, here.closest(".choice, .segmented, .file-drop")];
  const ring = drawn.filter(Boolean).some((one) => {
    const style = getComputedStyle(one);
    return (style.outlineStyle !== "none" && parseFloat(style.outlineWidth) >= 2) || style.boxShadow !== "none";
  });
  return {tag: here.tagName, name: here.name || "", type: here.type || "", text: here.textContent.trim().slice(0, 60),
    href: here.getAttribute("href") || "", html: here.outerHTML.slice(0, 120), ring,
    action: here.form?.dataset.action ?? ""};
}"""


class Keyboard:
    """Hands on the keyboard alone."""

    def __init__(self, tab: Tab) -> None:
        """Begin at the top of the page."""
        self.tab = tab
        self.without_ring: list[str] = []

    def go_to(self, **wanted: str) -> None:
        """Press Tab until the focus stands on what is wanted.

        :raises AssertionError: it can't be reached.
        """
        stops = []
        for _ in range(MOST_STOPS):
            self.tab.keyboard.press("Tab")
            here = self.tab.evaluate(HERE)
            if here["tag"] == "BODY":
                continue
            stops.append(here["html"])
            if not here["ring"]:
                self.without_ring.append(f"{self.tab.url}: {here['html']}")
            if all(here[name] == value or (name == "href" and value in here[name]) for name, value in wanted.items()):
                return
        message = f"{wanted} is not reached by Tab in {self.tab.url}; stops: {stops[-12:]}"
        raise AssertionError(message)

    def type(self, text: str) -> None:
        """Type over what stands there."""
        self.tab.keyboard.press("Control+A")
        self.tab.keyboard.type(text)

    def enter(self) -> None:
        """Press Enter and wait for the next page."""
        with self.tab.expect_navigation():
            self.tab.keyboard.press("Enter")


def test_sign_in_and_fill_a_section_in(people: People) -> None:
    newcomer = people.somebody("newcomer", widths=())
    account = people.demonstration.accounts["newcomer@demo.example"]
    newcomer.open("/sign-in/")
    keys = Keyboard(newcomer.tab)

    keys.go_to(name="login")
    keys.type(account["email"])
    keys.go_to(name="password")
    keys.type(account["password"])
    keys.enter()
    assert newcomer.tab.url.endswith("/desk/")
    keys.go_to(href="/registration/")
    keys.enter()
    if newcomer.tab.locator("main a[href*='/registration/applications/']").count():
        keys.go_to(href="/registration/applications/")
    else:
        keys.go_to(action="start_application", tag="BUTTON")
    keys.enter()
    keys.go_to(href="/sections/you/")
    keys.enter()
    keys.go_to(name="first_name")
    keys.type("Noor")
    keys.go_to(name="last_name")
    keys.type("Halvardsen")
    keys.go_to(name="phone")
    keys.type("none")
    keys.go_to(name="works_for_organisation")
    if not newcomer.tab.locator("[name=works_for_organisation]").is_checked():
        newcomer.tab.keyboard.press("Space")
    keys.go_to(action="edit_application", tag="BUTTON", type="submit")
    keys.enter()

    main = newcomer.tab.locator("main")
    assert main.locator("[name=first_name]").input_value() == "Noor"
    assert main.locator("[name=phone]").input_value() == "none"
    assert newcomer.tab.locator(".error-summary").evaluate("(one) => one === document.activeElement")
    keys.go_to(href="#id_phone")
    newcomer.tab.keyboard.press("Enter")
    assert main.locator("[name=phone]").evaluate("(one) => one === document.activeElement")
    keys.type("+47 000 000 77")
    keys.go_to(action="edit_application", tag="BUTTON", type="submit")
    keys.enter()
    assert newcomer.tab.url.endswith("/sections/organisation/")
    assert keys.without_ring == []


def test_sign_in_with_a_second_factor_and_open_a_case(people: People) -> None:
    contact = people.somebody("contact point", widths=())
    account = people.demonstration.accounts["visitor.coordinator@demo.example"]
    contact.open("/sign-in/")
    keys = Keyboard(contact.tab)

    keys.go_to(name="login")
    keys.type(account["email"])
    keys.go_to(name="password")
    keys.type(account["password"])
    keys.enter()
    keys.go_to(name="code")
    keys.type(one_time_code(account["totp_secret"], time.time()))  # noqa: TID251 -- second factors use real time
    keys.enter()
    assert contact.tab.url.endswith("/desk/")
    keys.go_to(href="/exchanges/EXC-")
    keys.enter()

    assert "/exchanges/EXC-" in contact.tab.url
    assert keys.without_ring == []


def test_sign_the_commitment_to_quality(people: People) -> None:
    prepared = PreparedExchange(people.demonstration, visitor_called("Carla"), host_called("Elmo"))
    prepared.bring_to_accepted()
    address = prepared.bring_to_signing()
    visitor = people.sits_down(prepared.visitor, widths=())
    visitor.open("/desk/")
    keys = Keyboard(visitor.tab)

    keys.go_to(href=address.split("/exchanges/")[1])
    keys.enter()
    keys.go_to(action="sign_commitment", name="password")
    keys.type(PASSWORD)
    keys.go_to(action="sign_commitment", tag="BUTTON", type="submit")
    keys.enter()

    assert visitor.tab.locator("main").get_attribute("data-state") == "SIGNING"
    assert not visitor.tab.locator("form[data-action=sign_commitment]").count()
    assert keys.without_ring == []
