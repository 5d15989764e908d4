"""`make tour`: plays a physical and a virtual exchange from outside and leaves what it found in this folder."""

from __future__ import annotations

import argparse
import json
import os
import sys
import time
import tomllib
import traceback
from pathlib import Path
from typing import Any

from tour.page import Page
from tour.person import Person
from tour.play import BANK_FILE, PARTIES, STATEMENT_FILE, Exchange, Log, Newcomer, expect
from tour.server import accounts, own_demonstration

HERE = Path(__file__).parent
EDITION = "demonstration"
AT_HOME = {"email": "", "country": "ES", "language": "es", "cluster": "ATEVAL", "partnership": "clamtex"}
ABROAD = {"email": "", "country": "PT", "language": "pt", "cluster": "CITEVE", "partnership": "hi-tech-tex"}


def newcomer(name: str, legal_name: str, city: str, region: str, place: dict[str, str]) -> Newcomer:
    """Invent somebody who signs up."""
    first, last = name.split()
    email = f"{first.lower()}@tour.example"
    return Newcomer(
        **{**place, "email": email}, first_name=first, last_name=last, legal_name=legal_name, city=city, region=region
    )


PHYSICAL = (
    newcomer("Marta Vallfogona", "Teixits Vallfogona, S.L.", "Alcoi", "ES52", AT_HOME),
    newcomer("Rui Alvorada", "Tecelagem Alvorada, Lda.", "Guimarães", "PT11", ABROAD),
)
VIRTUAL = (
    newcomer("Gemma Riudaura", "Filatures Riudaura, S.L.", "Olot", "ES51", AT_HOME),
    newcomer("Telmo Ervedosa", "Lanifícios Ervedosa, Lda.", "Covilhã", "PT19", ABROAD),
)


def main() -> int:
    """Play, and write summary.json whatever happened."""
    parser = argparse.ArgumentParser(prog="tour", description=__doc__)
    parser.add_argument("--url", default="", help="the address of a running demonstration; without it one is started")
    folder = Path(os.environ.get("DATA") or "var")
    parser.add_argument("--data", type=Path, default=folder, help="its data folder, where demo-accounts.json lies")
    options = parser.parse_args()
    if options.url:
        return play(options.url.rstrip("/") + "/", options.data)
    with own_demonstration() as (url, data):
        return play(url, data)


def play(url: str, data: Path) -> int:
    """Play both exchanges against a demonstration."""
    began = time.monotonic()
    log = Log()
    expected = tomllib.loads((HERE / "expected.toml").read_text(encoding="utf-8"))
    summary: dict[str, Any] = {"ok": False, "edition": EDITION}
    try:
        people = accounts(data)
        physical = Exchange(
            url,
            people,
            log,
            expected["physical"],
            visitor=PHYSICAL[0],
            host=PHYSICAL[1],
            format="physical",
            windows=("2026-04-01", "2026-04-30"),
        )
        reference = physical.play(HERE)
        counted = dict(log.counts.by_party)
        too_many = {party: most for party, most in expected["submissions"].items() if counted.get(party, 0) > most}
        expect({}, too_many, f"submissions above what the scheme's screens allow, counted {counted}")
        virtual = Exchange(
            url,
            people,
            log,
            expected["virtual"],
            visitor=VIRTUAL[0],
            host=VIRTUAL[1],
            format="virtual",
            windows=("2026-04-01", "2026-06-30"),
        )
        virtual.play(HERE)
        (HERE / "mails.json").write_text(
            json.dumps(all_mails(physical.visitor), ensure_ascii=False, indent=1), encoding="utf-8"
        )
        (HERE / "journal.json").write_text(
            json.dumps(journal_of(physical.support.open(physical.exchange)), ensure_ascii=False, indent=1),
            encoding="utf-8",
        )
        summary |= {
            "ok": True,
            "submissions": {party: counted.get(party, 0) for party in PARTIES},
            "amount_cents": expected["physical"]["amount_cents"],
            "files": {
                "commitment": "commitment-physical.pdf", "financial_agreement": "financial-agreement.pdf",
                "certificate": "certificate-physical.pdf", "bank_file": BANK_FILE, "statement": STATEMENT_FILE,
                "mails": "mails.json", "journal": "journal.json",
            },
        }  # fmt: skip
        kinds = {one["code"] for one in log.refusals if one["code"]}
        print(f"{reference} is closed: EUR 390.00 were paid. {len(kinds)} kinds of refusal were seen.")
    except Exception:  # noqa: BLE001 -- the summary says that it went wrong, and the exit code as well
        traceback.print_exc()
    summary |= {"seconds": round(time.monotonic() - began, 1), "steps": log.steps, "refusals": log.refusals}
    (HERE / "summary.json").write_text(json.dumps(summary, ensure_ascii=False, indent=1), encoding="utf-8")
    return 0 if summary["ok"] else 1


def all_mails(somebody: Person) -> list[dict[str, Any]]:
    """Read every mail of the demonstration."""
    found: list[dict[str, Any]] = json.loads(somebody.open("/demo/mails/?format=json").body)
    return found


def journal_of(page: Page) -> list[dict[str, str]]:
    """Read what happened in an exchange from its page, newest first."""
    timeline = next(iter(page.root.all("ol", **{"class": "timeline"})))
    return [{"at": one.all("time")[0].attributes.get("datetime", ""), "what": one.text()} for one in timeline.all("li")]


if __name__ == "__main__":
    sys.exit(main())
