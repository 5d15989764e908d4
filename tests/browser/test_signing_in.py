"""Second factors and the end of an account in a real browser: passkey, app, codes for an emergency, erasure."""

from __future__ import annotations

import time
from urllib.parse import urljoin

import pytest
from tour.person import one_time_code

from tests.browser.checks import MIDDLE, NARROW, WIDE, faults
from tests.browser.conftest import People
from tests.browser.somebody import Somebody
from tests.browser.test_registration_form import PASSWORD, newcomer
from tests.browser.test_screens_of_registration import Look

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


@pytest.fixture
def look() -> Look:
    """Give somebody's eyes."""
    return Look()


def press(somebody: Somebody, name: str) -> None:
    somebody.follow(somebody.tab.get_by_role("button", name=name, exact=True))


def go(somebody: Somebody, name: str) -> None:
    somebody.follow(somebody.tab.get_by_role("link", name=name, exact=True))


def prove_who_it_is(somebody: Somebody) -> None:
    """Give the password once more: whoever came by the link of a mail has not given it in this session."""
    somebody.tab.fill("#id_password", PASSWORD)
    press(somebody, "Continue")


def codes_shown(somebody: Somebody) -> list[str]:
    return somebody.tab.locator("ul.codes li").all_inner_texts()


def sign_in_anew(somebody: Somebody) -> None:
    """Sign out, and give address and password again."""
    somebody.tab.goto(urljoin(somebody.base, "/sign-out/"))
    press(somebody, "Sign out")
    somebody.tab.goto(urljoin(somebody.base, "/sign-in/"))
    somebody.tab.fill("#id_login", somebody.email)
    somebody.tab.fill("#id_password", PASSWORD)
    press(somebody, "Sign in")


def test_an_app_is_set_up_lost_and_taken_away_with_codes_for_an_emergency(people: People, look: Look) -> None:
    ines = newcomer(people)
    look.at(ines, "no second factor yet", "/account/two-factor/")
    go(ines, "Set up the app")
    look.at(ines, "the password is asked for once more")
    prove_who_it_is(ines)
    look.at(ines, "the secret")
    ines.tab.fill("#id_code", "000000")
    press(ines, "Set up the app")
    look.at(ines, "a wrong code of the app")
    assert ines.tab.title().startswith("Error: ")
    # What an app reads from the page: the secret, in letters and digits.
    secret = ines.tab.locator("#authenticator_secret").inner_text()
    ines.tab.fill("#id_code", one_time_code(secret.replace(" ", ""), time.time()))  # noqa: TID251 -- second factors use real time
    press(ines, "Set up the app")
    ines.tab.goto(urljoin(ines.base, "/account/two-factor/recovery-codes/"))
    look.at(ines, "codes for an emergency")
    first = codes_shown(ines)
    go(ines, "Make new codes")
    look.at(ines, "new codes, asked once more")
    press(ines, "Make the codes")
    second = codes_shown(ines)
    assert (len(set(first)), len(set(second)), set(first) & set(second)) == (10, 10, set())

    sign_in_anew(ines)
    look.at(ines, "second factor is asked for")
    assert "/two-factor/authenticate/" in ines.tab.url
    for wrong in ("000000", first[0]):
        ines.tab.fill("#id_code", wrong)
        press(ines, "Sign in")
        look.at(ines, "a code that does not work")
        assert ines.tab.title().startswith("Error: ")
    ines.tab.fill("#id_code", second[0])
    press(ines, "Sign in")
    ines.tab.wait_for_url("**/desk/")

    look.at(ines, "with the app", "/account/two-factor/")
    assert "9 codes are left." in ines.tab.inner_text("main")
    go(ines, "See the codes")
    prove_who_it_is(ines)
    assert sorted(codes_shown(ines)) == sorted(second[1:])
    ines.tab.goto(urljoin(ines.base, "/account/two-factor/"))
    go(ines, "Take the app away")
    look.at(ines, "the app is taken away, asked once more")
    press(ines, "Take the app away")
    sign_in_anew(ines)
    ines.tab.wait_for_url("**/desk/")

    assert (look.found, look.seen) == ([], 11)


def test_an_account_is_erased_once_nothing_stands_in_its_way(people: People, look: Look) -> None:
    ines = newcomer(people)
    look.at(ines, "own data", "/my-data/")
    go(ines, "Erase my account")
    prove_who_it_is(ines)
    look.at(ines, "erase, to be confirmed")
    press(ines, "Erase my account")
    look.at(ines, "erase, not ticked")
    assert ines.tab.title().startswith("Error: ")
    beside = ines.context.new_page()
    beside.goto(urljoin(ines.base, "/registration/"))
    with beside.expect_navigation():
        beside.locator("form[data-action=start_application] button").click()
    # The page in front of her was opened before she began to register in the other one.
    ines.tab.locator("#id_confirmed").check()
    press(ines, "Erase my account")
    look.at(ines, "erase, something still goes on")
    assert ines.tab.locator("[data-refusal=erasure_waits]").count() == 1
    assert ines.tab.locator("main .task-list li").count() == 1
    ines.follow(ines.tab.locator("main .task-list a"))
    for _step in range(2):
        discard = ines.tab.locator("form[data-action=discard_application] button")
        if not discard.count():
            break
        ines.follow(discard.first)
    ines.tab.goto(urljoin(ines.base, "/my-data/erase/"))
    ines.tab.locator("#id_confirmed").check()
    press(ines, "Erase my account")
    look.at(ines, "erased")
    assert "Your account is erased." in ines.tab.inner_text("body")
    ines.tab.goto(urljoin(ines.base, "/sign-in/"))
    ines.tab.fill("#id_login", ines.email)
    ines.tab.fill("#id_password", PASSWORD)
    press(ines, "Sign in")
    look.at(ines, "nobody signs in with it any more")
    assert ines.tab.title().startswith("Error: ")

    assert (look.found, look.seen) == ([], 6)
