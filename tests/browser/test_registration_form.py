"""The form of the registration: what is left is kept, what is long is chosen by typing, and a keyboard is enough."""

from __future__ import annotations

import re
import secrets
from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import FilePayload, Locator, expect
from playwright.sync_api import Page as Tab
from tour.play import PAPER

from tests.browser.checks import MIDDLE, NARROW, WIDE, faults
from tests.browser.conftest import People
from tests.browser.somebody import Somebody
from tests.browser.test_keyboard_only import Keyboard

pytestmark = [pytest.mark.browser, pytest.mark.timeout(900)]

WIDTHS = (NARROW, MIDDLE, WIDE)
PASSWORD = "a long enough password 26"
SAVED = re.compile(r"Saved \d\d:\d\d")
FILE: FilePayload = {"name": "cv.pdf", "mimeType": "application/pdf", "buffer": PAPER}

# By section and field: what is typed or chosen, in the order of the page.
ANSWERS: dict[str, dict[str, str]] = {
    "you": {
        "first_name": "Ines", "last_name": "Quintal", "position": "Director", "phone": "+351 000 000 042",
        "based_in": "PT", "language_1": "pt", "level_1": "C2", "works_for_organisation": "on",
    },
    "organisation": {
        "role": "visit", "organisation_type": "sme", "legal_name": "Fiação do Outeirinho, Lda.",
        "registration_number": "500 100", "country": "PT", "street": "Rua do Tear 4", "postcode": "4800-000",
        "city": "Guimarães", "region": "Norte",
    },
    "profile": {
        "website": "outeirinho.example", "description": "We spin cotton waste.", "ecosystems": "textiles",
        "nace": "13 Manufacture of textiles", "keywords": "cotton, waste",
    },
    "cluster-and-size": {
        "people": "38", "turnover_eur": "4,150,000", "balance_eur": "2 900 000", "cluster_membership": "yes",
        "cluster_name": "Fios do Norte",
    },
    "motivation": {
        "motivation": "To sort fibre by length.", "learn": "Optical sorting.", "purposes": "adopt_technologies",
        "activities": "sharing_knowledge",
    },
    "preferences": {
        "working_languages": "en", "days_wished": "3", "format": "physical", "window_1_from": "2026-04-13",
        "window_1_to": "2026-05-29",
    },
    "partnership": {"partnership": "assign", "visibility": "name"},
}  # fmt: skip
# As it is shown again where it is not shown as it was typed.
SHOWN = {"website": "https://outeirinho.example", "turnover_eur": "4150000", "balance_eur": "2900000"}


def newcomer(people: People, **context: Any) -> Somebody:  # noqa: ANN401 -- what Chromium's contexts take
    """Bring somebody with a new account, signed in."""
    person = people.somebody("newcomer", widths=(), **context)
    person.email = f"ines-{secrets.token_hex(4)}@demo.example"
    person.send(person.open("/sign-up/").form("sign-up"), {"email": person.email, "password1": PASSWORD})
    link = next(one for mail in person.mails() for one in mail["links"] if "confirm-email" in one)
    person.open(link)
    with person.tab.expect_navigation():
        person.tab.locator("main form button[type=submit]").click()
    return person


def started(people: People, **context: Any) -> tuple[Somebody, str]:  # noqa: ANN401 -- as above
    """Bring somebody who has just started a registration, and its address."""
    person = newcomer(people, **context)
    person.open("/registration/")
    with person.tab.expect_navigation():
        person.tab.locator("form[data-action=start_application] button").click()
    return person, person.tab.url


def one_of(tab: Tab, name: str, value: str) -> Locator:
    """Find the radio button or check box of an answer; a box that stands alone says only yes."""
    which = "" if value == "on" else f"[value='{value}']"
    return tab.locator(f"main form [name='{name}']{which}")


def answer_and_leave(tab: Tab, name: str, value: str) -> None:
    """Answer one field as a person does, go to the next one, and wait until the first is saved."""
    control = tab.locator(f"main form [name='{name}']:not([type=hidden])")
    kind = control.first.evaluate("(one) => one.type")
    if kind == "radio" and one_of(tab, name, value).is_checked():
        return
    with tab.expect_response(lambda answer: answer.request.method == "POST" and "/sections/" in answer.url) as waiting:
        if kind in {"radio", "checkbox"}:
            one_of(tab, name, value).check()
        elif kind == "select-one":
            control.select_option(value)
        elif kind == "date":
            control.fill(value)
            control.blur()
        else:
            control.press_sequentially(value, delay=0)
            tab.keyboard.press("Tab")
    assert waiting.value.status == 200
    expect(tab.locator("#saved")).to_contain_text(SAVED)


def shown(tab: Tab, name: str, value: str) -> bool:
    """Whether a field shows an answer."""
    control = tab.locator(f"main form [name='{name}']:not([type=hidden])")
    if control.first.evaluate("(one) => one.type") in {"radio", "checkbox"}:
        return one_of(tab, name, value).is_checked()
    return control.first.input_value() == SHOWN.get(name, value)


def fields() -> Iterator[tuple[str, str, str]]:
    for section, answers in ANSWERS.items():
        for name, value in answers.items():
            yield section, name, value


def test_a_browser_killed_at_any_field_loses_that_field_at_most(people: People) -> None:
    person, address = started(people)
    state = person.context.storage_state()
    lost = []

    before: tuple[str, str, str] | None = None
    for section, name, value in fields():
        # A new window on another device; what was left before must be there.
        context = people.chromium.new_context(storage_state=state, viewport={"width": WIDE, "height": 900})
        tab = context.new_page()
        if before is not None:
            tab.goto(f"{address}sections/{before[0]}/")
            if not shown(tab, *before[1:]):
                lost.append(before[1])
        tab.goto(f"{address}sections/{section}/")
        answer_and_leave(tab, name, value)
        unfinished = tab.locator("main form input[type=text]:visible")
        if unfinished.count():
            unfinished.last.evaluate("(one) => one.focus()")
            tab.keyboard.type("half a wor")
        context.close()
        before = (section, name, value)
    assert lost == []


def test_a_wrong_value_is_told_at_its_field_kept_as_typed_and_stands_there_on_another_device(people: People) -> None:
    person, address = started(people)
    tab = person.tab
    tab.goto(f"{address}sections/you/")

    answer_and_leave(tab, "phone", "call me")
    expect(tab.locator("#id_phone_error")).to_have_attribute("data-error", "phone_invalid")
    expect(tab.locator("#saved")).to_contain_text("Kept as typed")
    assert tab.locator("#id_phone").input_value() == "call me"
    assert tab.locator("#id_phone").get_attribute("aria-invalid") == "true"
    assert "id_phone_error" in (tab.locator("#id_phone").get_attribute("aria-describedby") or "")

    other = people.chromium.new_context(storage_state=person.context.storage_state()).new_page()
    other.goto(f"{address}sections/you/")
    assert other.locator("#id_phone").input_value() == "call me"
    assert other.locator("#id_phone_error").count() == 1
    assert other.title().startswith("Error: ")
    found = faults(other, WIDTHS)
    other.goto(address)
    assert "1 answer needs a second look" in other.locator("main").inner_text()
    other.context.close()

    tab.locator("#id_phone").fill("+351 000 000 042")
    tab.locator("#id_phone").blur()
    expect(tab.locator("#id_phone_error")).to_have_count(0)
    assert tab.locator("#id_phone").get_attribute("aria-invalid") is None
    assert found == []


def test_an_example_is_taken_over_beneath_what_stands_there_and_is_saved(people: People) -> None:
    person, address = started(people)
    tab = person.tab
    tab.goto(f"{address}sections/profile/")
    answer_and_leave(tab, "description", "We spin cotton waste.")
    tab.get_by_text("See an example: What your organisation does").click()
    assert faults(tab, WIDTHS) == []
    with tab.expect_response(lambda answer: answer.request.method == "POST" and "/sections/" in answer.url):
        tab.get_by_role("button", name="Take it over and change it").click()
    tab.goto(f"{address}sections/profile/")

    kept = tab.locator("[name=description]").input_value()
    assert kept.startswith("We spin cotton waste.")
    assert kept.endswith("We sell to makers of sofas in four countries.")


def test_a_lost_session_keeps_the_text_until_somebody_has_signed_in_again(people: People) -> None:
    person, address = started(people)
    tab = person.tab
    tab.goto(f"{address}sections/you/")

    person.context.clear_cookies(name="sessionid")
    tab.locator("#id_position").fill("Director of looms")
    tab.locator("#id_position").blur()
    expect(tab.get_by_text("You are signed out", exact=True)).to_be_visible()
    tab.locator("[data-again]").click()
    tab.locator("[name=login]").fill(person.email)
    tab.locator("[name=password]").fill(PASSWORD)
    with tab.expect_response(lambda answer: answer.request.method == "POST" and "/sections/you/" in answer.url):
        tab.locator("main form button[type=submit]").first.click()
    assert tab.url == f"{address}sections/you/"
    expect(tab.locator("#saved")).to_contain_text(SAVED)
    assert tab.locator("#id_position").input_value() == "Director of looms"
    # The console tells of the answer 401, which is meant.
    person.faults.clear()


def test_activity_region_and_town_are_chosen_by_typing(people: People) -> None:
    person, address = started(people)
    tab = person.tab
    tab.goto(f"{address}sections/organisation/")

    answer_and_leave(tab, "country", "PT")
    tab.locator("#id_city").press_sequentially("guimar")
    expect(tab.locator(".combobox [role=option]")).to_have_count(1)
    found = faults(tab, WIDTHS)
    tab.locator("#id_city").press("ArrowDown")
    assert tab.locator("#id_city").get_attribute("aria-activedescendant") == "id_city_list_0"
    tab.keyboard.press("Enter")
    assert tab.locator("#id_city").input_value() == "Guimarães"
    expect(tab.locator("#id_latitude")).to_have_value(re.compile(r"41\.4"))
    tab.locator("#id_region").press_sequentially("algar")
    expect(tab.locator(".combobox [role=option]").first).to_contain_text("PT15")
    tab.keyboard.press("Escape")
    expect(tab.locator("#id_region_list")).to_be_hidden()
    tab.locator("#id_region").press("ArrowDown")
    tab.locator(".combobox [role=option]").first.click()
    assert tab.locator("#id_region").input_value() == "Algarve"

    tab.goto(f"{address}sections/profile/")
    tab.locator("#id_nace").press_sequentially("spinning")
    first = tab.locator(".combobox [role=option]").first
    expect(first).to_have_text("13.10 Preparation and spinning of textile fibres")
    assert first.get_attribute("lang") == "en"
    with tab.expect_response(lambda answer: answer.request.method == "POST"):
        tab.keyboard.press("ArrowDown")
        tab.keyboard.press("Enter")
    tab.reload()
    assert tab.locator("#id_nace").input_value() == "13.10 Preparation and spinning of textile fibres"
    assert found == []


def test_a_file_is_dropped_kept_replaced_and_removed(people: People) -> None:
    person, address = started(people)
    tab = person.tab
    tab.goto(f"{address}sections/you/")

    transfer = tab.evaluate_handle(
        """(content) => {
          const transfer = new DataTransfer();
          transfer.items.add(new File([new Uint8Array(content)], "my cv.pdf", {type: "application/pdf"}));
          return transfer;
        }""",
        list(PAPER),
    )
    area = tab.locator(".file-drop").first
    area.dispatch_event("dragover", {"dataTransfer": transfer})
    area.dispatch_event("drop", {"dataTransfer": transfer})
    expect(tab.locator("#kept_curriculum_vitae")).to_contain_text("my_cv.pdf")
    expect(tab.locator("#kept_curriculum_vitae")).to_contain_text("not checked for viruses")
    tab.locator("[name=curriculum_vitae]").set_input_files(FILE)
    expect(tab.locator("#kept_curriculum_vitae")).not_to_contain_text("my_cv.pdf")
    tab.locator("[name=curriculum_vitae]").set_input_files({**FILE, "name": "cv.exe"})
    expect(tab.locator("#id_curriculum_vitae_error")).to_have_attribute("data-error", "file_name_does_not_match")
    expect(tab.locator("#kept_curriculum_vitae")).to_contain_text("cv.pdf")
    found = [one for one in faults(tab, WIDTHS) if "title" not in one]
    tab.locator("#kept_curriculum_vitae a", has_text="Remove").click()
    found += faults(tab, WIDTHS)
    tab.locator("main form button[type=submit]").click()
    expect(tab.locator("#kept_curriculum_vitae")).to_have_text("")
    assert found == []


def test_sections_check_and_confirmation_in_three_widths(people: People) -> None:
    person, address = started(people)
    tab, found = person.tab, []
    found += [f"tasks: {one}" for one in faults(tab, WIDTHS)]
    for section, answers in ANSWERS.items():
        tab.goto(f"{address}sections/{section}/")
        found += [f"{section}, empty: {one}" for one in faults(tab, WIDTHS)]
        for name, value in answers.items():
            answer_and_leave(tab, name, value)
        if section == "you":
            tab.locator("[name=curriculum_vitae]").set_input_files(FILE)
            expect(tab.locator("#kept_curriculum_vitae")).to_contain_text("cv.pdf")
        tab.reload()
        found += [f"{section}, filled in: {one}" for one in faults(tab, WIDTHS)]
    for name in ("nace", "region", "city"):
        tab.goto(f"{address}find/{name}/?q=gui")
        found += [f"find {name}: {one}" for one in faults(tab, WIDTHS)]
    tab.goto(f"{address}check/")
    found += [f"check: {one}" for one in faults(tab, WIDTHS)]
    with tab.expect_navigation():
        tab.locator("form[data-action=submit_application] button[type=submit]").click()
    found += [f"check, errors: {one}" for one in faults(tab, WIDTHS)]
    for box in tab.locator("form[data-action=submit_application] input[type=checkbox]").all():
        box.check()
    with tab.expect_navigation():
        tab.locator("form[data-action=submit_application] button[type=submit]").click()
    assert "Your reference number is APP-" in tab.locator("main").inner_text()
    found += [f"confirmation: {one}" for one in faults(tab, WIDTHS)]
    assert found == []


def test_without_javascript_a_list_has_a_page_of_its_own(people: People) -> None:
    person, address = started(people, java_script_enabled=False)
    tab = person.tab
    tab.goto(f"{address}sections/organisation/")
    tab.locator("[name=country]").select_option("PT")
    tab.locator("main form button[name=then]").click()

    tab.goto(f"{address}sections/organisation/")
    tab.get_by_role("link", name="Search the list: Town").click()
    tab.locator("#id_q").fill("Guimar")
    tab.get_by_role("button", name="Search", exact=True).click()
    tab.get_by_role("button", name=re.compile("^Choose ?: Guimarães")).click()
    assert tab.locator("#id_city").input_value() == "Guimarães"
    assert tab.locator("[name=latitude]").input_value().startswith("41.4")


def test_a_whole_registration_by_keyboard_alone(people: People) -> None:
    person, address = started(people)
    tab = person.tab
    keys = Keyboard(tab)

    for section, answers in ANSWERS.items():
        tab.goto(f"{address}sections/{section}/")
        for name, value in answers.items():
            keys.go_to(name=name)
            answer_by_keys(keys, name, value)
        if section == "you":
            # The dialogue of the system for choosing a file is none of ours: the key that opens it is.
            keys_to_file(keys)
        keys.go_to(action="edit_application", tag="BUTTON", type="submit")
        keys.enter()
    assert tab.url == f"{address}check/"
    for _number in range(4):
        keys.go_to(action="submit_application", type="checkbox")
        tab.keyboard.press("Space")
    keys.go_to(action="submit_application", tag="BUTTON", type="submit")
    keys.enter()
    assert "Your reference number is APP-" in tab.locator("main").inner_text()
    assert keys.without_ring == []


def answer_by_keys(keys: Keyboard, name: str, value: str) -> None:
    """Answer the field on which the focus stands."""
    keyboard, here = keys.tab.keyboard, "() => document.activeElement.value"
    kind = keys.tab.evaluate("() => document.activeElement.type")
    if kind == "checkbox":
        while keys.tab.evaluate(here) != value:
            keys.go_to(name=name)
        keyboard.press("Space")
    elif kind == "radio":
        while keys.tab.evaluate(here) != value:
            keyboard.press("ArrowDown")
        keyboard.press("Space")
    elif kind == "select-one":
        keyboard.type(
            keys.tab.evaluate("(code) => document.activeElement.querySelector(`[value=${code}]`).text", value)
        )
    elif kind == "date":
        year, month, day = value.split("-")
        keyboard.type(f"{month}{day}{year}")
    else:
        keys.type(value)
        keyboard.press("Escape")


def keys_to_file(keys: Keyboard) -> None:
    """Press the key that opens the dialogue for a file, and hand one over."""
    tab = keys.tab
    # The browser has to know before the key is pressed that the dialogue is wanted by us.
    with tab.expect_file_chooser() as waiting:
        keys.go_to(name="curriculum_vitae")
        tab.keyboard.press("Space")
    waiting.value.set_files(FILE)
    expect(tab.locator("#kept_curriculum_vitae")).to_contain_text("cv.pdf")
