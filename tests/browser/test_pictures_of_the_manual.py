"""The pictures of the manual are taken from the demonstration as it begins, and show what is there now.

With `--keep-pictures` they are written where the manual shows them. Without it they are taken as well, and what can be
read on them is compared with what could be read when they were kept.
"""

from __future__ import annotations

import io
import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from PIL import Image
from playwright.sync_api import FloatRect
from playwright.sync_api import Page as Tab

from clusterxchange.journeys.demonstration.people import PASSWORD, profiles, read, totp_secret
from clusterxchange.journeys.manual.reading import PICTURES as FOLDER
from tests.browser.conftest import People
from tests.browser.somebody import NUMBERS

pytestmark = [pytest.mark.browser, pytest.mark.timeout(600)]

KEPT_WORDS = Path(__file__).with_name("words_on_pictures.json")
WIDTH, TALLEST = 840, 660
COLOURS = 32
MOST_BYTES = 28_000
LANGUAGES = ("en", "pl")
WORDS = """([top, bottom]) => [...document.querySelectorAll("main :is(h1, h2, label, legend, th, dt, button, summary)")]
  .filter((one) => one.checkVisibility() && one.getBoundingClientRect().top + scrollY >= top
    && one.getBoundingClientRect().bottom + scrollY < bottom)
  .map((one) => one.innerText.replace(/\\s+/g, " ").trim())"""
NOBODY = ""


@dataclass(frozen=True)
class Picture:
    """Who sees it, where, and of which part of the page it is."""

    reader: str
    address: str
    part: str = "main"


def speaker(organisation: str) -> str:
    return str(next(one["person"]["email"] for one in profiles() if one["key"] == organisation))


def contact_point(partnership: str) -> str:
    found = read("contact_points.json")["partnerships"]
    return str(next(one["contact_point"]["email"] for one in found if one["acronym"] == partnership))


PICTURES = {
    "eligibility": Picture(NOBODY, "/eligibility/"),
    "registration": Picture(speaker("corrigmore"), "/registration/applications/APP-2026-000034/"),
    "desk": Picture(speaker("hohtosiru"), "/desk/"),
    "best-matches": Picture("visitor@demo.example", "/matching/best/"),
    "proposal": Picture(speaker("pohjoisvirta"), "/matching/proposals/PRO-2026-000016/"),
    "answer-proposal": Picture("host@demo.example", "/matching/proposals/PRO-2026-000015/"),
    "commitment": Picture(speaker("moldaviva"), "/exchanges/EXC-2026-000013/commitment/"),
    "signing": Picture(speaker("linaziede"), "/exchanges/EXC-2026-000011/commitment/", ".steps"),
    "agreement": Picture(speaker("silberbach"), "/exchanges/EXC-2026-000010/financial-agreement/"),
    "exchange": Picture(speaker("hohtosiru"), "/exchanges/EXC-2026-000007/"),
    "report": Picture(
        speaker("wielesteijn"), "/exchanges/EXC-2026-000006/report/visitor/", "section:has(#report-form-title)"
    ),
    "host-report": Picture(
        speaker("ljungdal"), "/exchanges/EXC-2026-000006/report/host/", "section:has(#report-form-title)"
    ),
    "evidence": Picture(speaker("wielesteijn"), "/exchanges/EXC-2026-000006/evidence/"),
    "payment": Picture(speaker("lumeroche"), "/exchanges/EXC-2026-000002/payment/"),
    "queue": Picture("visitor.contact@demo.example", "/desk/"),
    "import": Picture("visitor.contact@demo.example", "/registration/import/"),
    "catalogue": Picture("visitor.contact@demo.example", "/matching/catalogue/", ".match-list"),
    "validate": Picture("visitor.contact@demo.example", "/exchanges/EXC-2026-000012/commitment/"),
    "assessment": Picture(contact_point("BLUES"), "/registration/applications/APP-2026-000040/", "#checklist"),
    "check-report": Picture(contact_point("SMART4NZEB"), "/exchanges/EXC-2026-000005/report/visitor/"),
    "check-evidence": Picture(contact_point("SMART4NZEB"), "/exchanges/EXC-2026-000005/evidence/"),
    "payments": Picture(contact_point("BRILLIANT"), "/payments/"),
    "partnership": Picture("visitor.coordinator@demo.example", "/partnerships/clamtex/own/"),
    "overview": Picture("support@demo.example", "/support/"),
    "support-queue": Picture("support@demo.example", "/desk/"),
    "objection": Picture("support@demo.example", "/registration/applications/APP-2026-000006/"),
    "exchanges": Picture("support@demo.example", "/exchanges/"),
}


def readers(people: People) -> Iterator[tuple[str, Tab]]:
    """Let each reader sit down once; they come in the order in which their pictures stand."""
    for reader in dict.fromkeys(picture.reader for picture in PICTURES.values()):
        somebody = people.somebody(reader or "anybody", widths=())
        if reader:
            account = people.demonstration.accounts.get(reader)
            # Whoever is no account of the demonstration's list has the same password, and contact points a code.
            is_contact_point = account is None and reader not in {one["person"]["email"] for one in profiles()}
            secret = account["totp_secret"] if account else totp_secret(reader) if is_contact_point else None
            somebody.sign_in(reader, PASSWORD, secret)
        yield reader, somebody.tab


def shown(tab: Tab, url: str, picture: Picture) -> tuple[FloatRect, list[str]]:
    """Open the page, and give the place of the picture with what can be read on it."""
    answer = tab.goto(f"{url.rstrip('/')}{picture.address}")
    assert answer is not None
    assert answer.status == 200, picture
    box = tab.locator(picture.part).first.bounding_box()
    assert box is not None, picture
    place: FloatRect = {"x": 0, "y": box["y"], "width": WIDTH, "height": min(box["height"], TALLEST)}
    words = tab.evaluate(WORDS, [place["y"], place["y"] + place["height"]])
    return place, [NUMBERS.sub("N", one) for one in words]


def kept(tab: Tab, place: FloatRect) -> bytes:
    """Take the picture, with as few colours as it needs."""
    file = io.BytesIO()
    with Image.open(io.BytesIO(tab.screenshot(clip=place, full_page=True))) as image:
        few = image.convert("RGB").quantize(COLOURS).convert("RGB")
        few.save(file, "WEBP", lossless=True, quality=80, method=4)
    return file.getvalue()


@pytest.mark.timeout(900)
def test_each_picture_of_the_manual_shows_what_is_there_now(people: People, pytestconfig: pytest.Config) -> None:
    keep = pytestconfig.getoption("--keep-pictures")
    read_now: dict[str, dict[str, list[str]]] = {language: {} for language in LANGUAGES}
    url = people.demonstration.url
    for reader, tab in readers(people):
        tab.set_viewport_size({"width": WIDTH, "height": 1000})
        for language in LANGUAGES:
            tab.context.add_cookies([{"name": "django_language", "value": language, "url": url}])
            for name, picture in PICTURES.items():
                if picture.reader != reader:
                    continue
                place, words = shown(tab, url, picture)
                read_now[language][name] = words
                if keep:
                    path = FOLDER / language / f"{name}.webp"
                    path.parent.mkdir(parents=True, exist_ok=True)
                    path.write_bytes(kept(tab, place))
    if keep:
        KEPT_WORDS.write_text(json.dumps(read_now, ensure_ascii=False, indent=1, sort_keys=True) + "\n", "utf-8")
    then = json.loads(KEPT_WORDS.read_text("utf-8"))
    old = {
        (language, name)
        for language in LANGUAGES
        for name in PICTURES
        if then[language].get(name) != read_now[language][name]
    }
    assert old == set(), (
        "These pictures are old. Keep new ones: pytest tests/browser/test_pictures_of_the_manual.py --keep-pictures"
    )
