"""Documentation points to what is there."""

import re
import subprocess
import sys
from pathlib import Path

import pytest

from clusterxchange.management import command_line

ROOT = Path(__file__).resolve().parents[2]
PAGES = sorted([*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")])
LINK = re.compile(r"!?\[[^\]]*\]\(([^)#\s]+)(?:#[^)]*)?\)")


def names(paths: list[Path]) -> list[str]:
    return [str(path.relative_to(ROOT)) for path in paths]


@pytest.mark.parametrize("page", names(PAGES))
def test_each_link_leads_to_a_file(page: str) -> None:
    text = (ROOT / page).read_text("utf-8")
    inside = [target for target in LINK.findall(text) if "://" not in target]
    assert [target for target in inside if not ((ROOT / page).parent / target).exists()] == []


@pytest.mark.parametrize("page", names(PAGES))
def test_each_command_that_is_named_exists(page: str) -> None:
    text = (ROOT / page).read_text("utf-8")
    commands = set(re.findall(r"(?:^|[`/ ])clusterxchange ([a-z-]+)(?=[ `\n])", text, re.MULTILINE))
    assert commands <= set(command_line.COMMANDS) | {"run"}, commands
    targets = set(re.findall(r"`?make ([a-z-]+)", "\n".join(re.findall(r"`[^`\n]*`|^make .*$", text, re.MULTILINE))))
    declared = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text("utf-8"), re.MULTILINE))
    assert targets <= declared, targets


@pytest.mark.parametrize("page", names(PAGES))
def test_no_page_names_a_place_on_somebodys_machine(page: str) -> None:
    assert not re.search(r"/(root|home|work|tmp)/\w", (ROOT / page).read_text("utf-8"))


def test_all_of_it_becomes_pages_that_ask_nobody_on_the_network(tmp_path: Path) -> None:
    order = [sys.executable, "-m", "sphinx", "--quiet", "--fail-on-warning", "--keep-going", "--conf-dir", "docs", "."]
    made = subprocess.run([*order, str(tmp_path)], cwd=ROOT, capture_output=True, text=True, check=False)

    assert (made.returncode, made.stderr) == (0, "")
    for page in PAGES:
        html = (tmp_path / page.relative_to(ROOT)).with_suffix(".html").read_text("utf-8")
        assert not re.search(r'(?:src|srcset)="https?:|<link[^>]*href="https?:', html), page


def test_each_record_of_a_decision_says_why_and_what_it_costs() -> None:
    records = sorted((ROOT / "docs" / "decisions").glob("0*.md"))
    assert len(records) >= 10
    for record in records:
        text = record.read_text("utf-8")
        for part in ("**Chosen.**", "**Why.**", "**Cost.**"):
            assert part in text, record.name
    listed = (ROOT / "docs" / "decisions" / "README.md").read_text("utf-8")
    assert [record.name for record in records if record.name not in listed] == []


def test_the_licence_is_the_whole_text() -> None:
    text = (ROOT / "LICENSE").read_text("utf-8")
    assert text.lstrip().startswith("EUROPEAN UNION PUBLIC LICENCE v. 1.2")
    assert [number for number in range(1, 16) if f"\n{number}. " not in text] == []
    assert text.rstrip().endswith("EUPL version.")
