"""Signing in by a service of one's organisation, in a real browser and with a provider that others wrote."""

from __future__ import annotations

import json
from dataclasses import asdict
from urllib.parse import urljoin

import pytest
from playwright.sync_api import Browser
from tour.server import own_demonstration

from tests.browser.checks import MIDDLE, NARROW, WIDE, faults
from tests.parties.foreign_service import WAY, foreign_service

pytestmark = [pytest.mark.browser, pytest.mark.timeout(300)]
WIDTHS = (NARROW, MIDDLE, WIDE)


def test_somebody_new_signs_in_by_a_service_and_finds_it_among_the_linked_ones(
    chromium: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
    lena = {"sub": "lena", "email": "lena@mill.example", "email_verified": True, "name": "Lena Vogt"}
    with foreign_service(lena) as service:
        monkeypatch.setenv("SIGN_IN_SERVICES", json.dumps([asdict(service)]))
        with own_demonstration() as (url, _data):
            tab = chromium.new_context(locale="en", reduced_motion="reduce").new_page()
            told: list[str] = []
            tab.on("console", lambda message: told.append(message.text) if message.type == "error" else None)

            def looked() -> None:
                assert faults(tab, WIDTHS, needs_banner=True) == [], tab.url

            tab.goto(urljoin(url, "/sign-in/"))
            looked()
            tab.get_by_role("button", name="Sign in with Mill Login").click()
            tab.wait_for_url(f"{service.issuer}/**")
            tab.get_by_role("button", name="Deny").click()
            # This provider forgets to say which question it answers, so its refusal is not believed either.
            tab.wait_for_url(f"**{WAY}back/**")
            looked()
            tab.goto(urljoin(url, "/account/services/cancelled/"))
            looked()
            tab.get_by_role("link", name="Go to the page to sign in").click()
            tab.get_by_role("button", name="Sign in with Mill Login").click()
            tab.wait_for_url(f"{service.issuer}/**")
            tab.locator("button[name=sub][value=lena]").click()
            tab.wait_for_url("**/account/services/open-account/")
            looked()
            assert "Lena Vogt" in tab.inner_text("main")
            tab.get_by_role("button", name="Agree and open the account").click()
            tab.wait_for_url("**/desk/")
            tab.goto(urljoin(url, "/account/services/"))
            looked()
            with tab.expect_navigation():
                tab.get_by_role("button", name="Unlink").click()
            assert "Choose a password first" in tab.inner_text("main")
            assert faults(tab, WIDTHS, needs_banner=True) == []
            for page in ("/account/password/set/", "/account/services/once-more/", "/account/two-factor/"):
                tab.goto(urljoin(url, page))
                looked()
            assert [one for one in told if "Content Security Policy" in one] == []
