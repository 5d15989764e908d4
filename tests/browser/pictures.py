"""Takes pictures of the four screens that show the design, in two widths, light and dark, for whoever reviews it.

    python -m tests.browser.pictures DATA FOLDER

DATA is the data folder of a running demonstration. The clock of that demonstration stays as it is.
"""

from __future__ import annotations

import argparse
import json
import shutil
import sys
from pathlib import Path
from typing import Literal

from playwright.sync_api import Page as Tab
from playwright.sync_api import sync_playwright
from tour.server import accounts

from tests.browser.checks import HEIGHT
from tests.browser.conftest import ARGUMENTS, Demonstration, People
from tests.browser.exchanges import PreparedExchange, host_called, visitor_called
from tests.browser.somebody import Looks

SIZES = {"wide": 1280, "narrow": 360}
SCHEMES: tuple[Literal["light", "dark"], ...] = ("light", "dark")


def take(tab: Tab, address: str, path: Path) -> None:
    """Take four pictures of a page: wide and narrow, light and dark."""
    tab.goto(address)
    for scheme in SCHEMES:
        tab.emulate_media(color_scheme=scheme)
        for size, width in SIZES.items():
            tab.set_viewport_size({"width": width, "height": HEIGHT})
            tab.screenshot(path=f"{path}-{size}-{scheme}.png", full_page=True)


def main() -> int:
    """Prepare an exchange and take the pictures."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("data", type=Path)
    parser.add_argument("folder", type=Path)
    options = parser.parse_args()
    options.folder.mkdir(parents=True, exist_ok=True)
    url = json.loads((options.data / "server.json").read_text(encoding="utf-8"))["url"]
    demonstration = Demonstration(url, accounts(options.data), options.folder, Looks(options.folder), options.data)
    prepared = PreparedExchange(demonstration, visitor_called("Marta"), host_called("Rui"))
    prepared.bring_to_accepted()
    late = PreparedExchange(demonstration, visitor_called("Gemma"), host_called("Telmo"))
    visitor = late.sign_up("visiting_organisation", late.newcomers[0])
    assessment = late.register(visitor, late.newcomers[0], "visit", late.windows).url
    prepared.visitor_contact.act(prepared.visitor_contact.open(assessment), "open_application")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=ARGUMENTS)
        people = People(browser, demonstration)
        best = people.sits_down(prepared.visitor, widths=())
        take(best.tab, f"{url}matching/best/", options.folder / "best-partners")
        commitment = prepared.bring_to_signing()
        take(best.tab, commitment, options.folder / "commitment")
        take(best.tab, f"{url}desk/", options.folder / "desk")
        contact = people.sits_down(prepared.visitor_contact, widths=())
        take(contact.tab, assessment, options.folder / "assessment")
        take(contact.tab, f"{url}desk/", options.folder / "queue")
        browser.close()
    return 0


if __name__ == "__main__":
    sys.exit(main())
