"""What has to hold of every page, whoever reads it: rules G1, G2, G3, G6 and G12, and what axe finds."""

from __future__ import annotations

from collections.abc import Iterable
from functools import cache
from typing import Any

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page

NARROW, MIDDLE, WIDE = 320, 768, 1280
HEIGHT = 900
SERVICE = " - ClusterXchange"

RULES = """(isRefusal) => {
  const seen = (one) => one.checkVisibility();
  const words = (one) => one.textContent.trim();
  const main = document.querySelector("main");
  const found = [];
  const badges = [...document.querySelectorAll(".badge")].filter((one) => !words(one));
  if (badges.length) found.push(`${badges.length} badges without words`);
  const primary = [...document.querySelectorAll(".primary")].filter(seen).map(words);
  if (primary.length > 1) found.push(`several primary buttons: ${primary.join(" | ")}`);
  const headings = document.querySelectorAll("h1").length;
  if (headings !== 1) found.push(`${headings} headings of level 1`);
  const refused = [...main.querySelectorAll("[data-error], [data-refusal][role=alert]")].filter(seen);
  const isError = document.title.startsWith("Error: ");
  if ((refused.length > 0 || isRefusal) !== isError)
    found.push(`title "${document.title}" with ${refused.length} errors`);
  const banners = [...main.querySelectorAll(".next-step")].filter(seen);
  for (const banner of banners) {
    if (!isRefusal && !banner.querySelector(".badge")) found.push("a banner without a badge");
  }
  if (banners.length) {
    const before = [...main.querySelectorAll("form, .card, .queue, .cards, table")].filter(
      (one) => seen(one) && one.compareDocumentPosition(banners[0]) & Node.DOCUMENT_POSITION_FOLLOWING
        && !one.contains(banners[0]));
    if (before.length) found.push(`before the banner: ${before[0].outerHTML.slice(0, 80)}`);
  }
  return found;
}"""

SIDEWAYS = """() => {
  const root = document.documentElement;
  if (root.scrollWidth <= root.clientWidth) return "";
  const wide = [...document.querySelectorAll("main *")].filter(
    (one) => one.getBoundingClientRect().right > root.clientWidth + 1 && !one.closest(".scroll"));
  const shown = wide.slice(0, 3).map((one) => one.outerHTML.slice(0, 80));
  return `${root.scrollWidth} px in ${root.clientWidth}: ${shown.join(" ; ")}`;
}"""


@cache
def axe() -> Axe:
    """Read axe once: it is large."""
    return Axe()


def violations(page: Page) -> list[dict[str, Any]]:
    """Let axe look, which is put into a page once."""
    if not page.evaluate("() => 'axe' in window"):
        page.evaluate(axe().axe_script)
    found: list[dict[str, Any]] = page.evaluate("async () => (await axe.run({resultTypes: ['violations']})).violations")
    return found


def faults(
    page: Page, widths: Iterable[int] = (NARROW, WIDE), *, needs_banner: bool = False, is_refusal: bool = False
) -> list[str]:
    """Look at a page in several widths and say what is wrong with it."""
    found = []
    if not page.title().endswith(SERVICE) or not page.title().removeprefix("Error: ").removesuffix(SERVICE).strip():
        found.append(f"title {page.title()!r}")
    found += page.evaluate(RULES, is_refusal)
    if needs_banner and not page.locator("main .next-step").count():
        found.append("no banner")
    for width in widths:
        page.set_viewport_size({"width": width, "height": HEIGHT})
        if width == NARROW and (sideways := page.evaluate(SIDEWAYS)):
            found.append(f"sideways scroll: {sideways}")
        for one in violations(page):
            nodes = "; ".join(f"{node['target']} {node.get('failureSummary', '')}" for node in one["nodes"][:3])
            found.append(f"axe at {width}: {one['id']}: {' '.join(nodes.split())}")
    return found
