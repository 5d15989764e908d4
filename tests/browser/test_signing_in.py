"""A passkey in a real browser: added, used instead of a password, and taken away."""

from __future__ import annotations

from urllib.parse import urljoin

import pytest

from tests.browser.checks import MIDDLE, NARROW, WIDE, faults
from tests.browser.conftest import People

pytestmark = [pytest.mark.browser, pytest.mark.timeout(300)]

WIDTHS = (NARROW, MIDDLE, WIDE)
NEWCOMER = "newcomer@demo.example"
KEY_OF_A_TELEPHONE = {
    "protocol": "ctap2", "transport": "internal", "hasResidentKey": True, "hasUserVerification": True,
    "isUserVerified": True, "automaticPresenceSimulation": True,
}  # fmt: skip


def test_a_passkey_is_added_signs_in_alone_and_is_taken_away(people: People) -> None:
    account = people.demonstration.accounts[NEWCOMER]
    newcomer = people.somebody("newcomer", widths=(), java_script_enabled=True)
    # A passkey belongs to a name, never to a number.
    base = people.demonstration.url.replace("127.0.0.1", "localhost")
    tab = newcomer.tab
    authenticator = newcomer.context.new_cdp_session(tab)
    authenticator.send("WebAuthn.enable")
    authenticator.send("WebAuthn.addVirtualAuthenticator", {"options": KEY_OF_A_TELEPHONE})

    def looked() -> None:
        assert faults(tab, WIDTHS, needs_banner=True) == [], tab.url

    tab.goto(urljoin(base, "/sign-in/"))
    looked()
    tab.fill("#id_login", NEWCOMER)
    tab.fill("#id_password", account["password"])
    newcomer.follow(tab.get_by_role("button", name="Sign in", exact=True))
    tab.goto(urljoin(base, "/account/two-factor/webauthn/add/"))
    tab.fill("#id_password", account["password"])
    newcomer.follow(tab.get_by_role("button", name="Continue"))
    looked()
    tab.fill("#id_name", "Telephone")
    tab.get_by_label("Sign in with it alone, without a password").check()
    # The key answers the page's script first, which then posts the form.
    newcomer.follow(tab.get_by_role("button", name="Add the passkey"))
    tab.goto(urljoin(base, "/account/two-factor/webauthn/"))
    looked()
    assert "Telephone" in tab.inner_text("main")
    for page in ("/account/sessions/", "/my-data/", "/account/two-factor/"):
        tab.goto(urljoin(base, page))
        looked()

    tab.goto(urljoin(base, "/sign-out/"))
    newcomer.follow(tab.get_by_role("button", name="Sign out"))
    tab.goto(urljoin(base, "/sign-in/"))
    tab.get_by_role("button", name="Sign in with a passkey").click()
    tab.wait_for_url("**/desk/")

    tab.goto(urljoin(base, "/my-data/erase/"))
    looked()
    newcomer.follow(tab.get_by_role("link", name="Use a security key"))
    looked()
    tab.get_by_role("button", name="Use a passkey").click()
    tab.wait_for_url("**/my-data/erase/")
    looked()
    tab.goto(urljoin(base, "/account/two-factor/webauthn/"))
    newcomer.follow(tab.get_by_role("link", name="Take away"))
    looked()
    newcomer.follow(tab.get_by_role("button", name="Take the passkey away"))
    tab.goto(urljoin(base, "/account/two-factor/webauthn/"))
    assert "You have none yet." in tab.inner_text("main")
