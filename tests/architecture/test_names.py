"""Names tell what is inside; the same thing has the same name in each phase."""

from __future__ import annotations

import re
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PACKAGE = ROOT / "src" / "clusterxchange"
PHASES = ("registration", "matching", "exchange_building", "finalisation")
SAY_NOTHING = {"utils", "util", "helpers", "helper", "common", "misc", "manager", "managers", "tools", "core", "stuff"}
IN_A_PHASE = {
    "README",
    "models",
    "rules",
    "queries",
    "notices",
    "guards",
    "effects",
    "states",
    "operations",
    "follows",
    "forms",
    "jobs",
    "views",
    "assistance",
    "banking",
    "checking",
    "cleaning",
    "reporting",
    "surveying",
    "api",
    "urls",
    "admin",
    "apps",
    "migrations",
    "templates",
    "templatetags",
    "__init__",
    "__pycache__",
    "catalogue",
    "personal_data", "engine", "ranking", "search", "keeping", "embedding", "known_answers",
}  # fmt: skip


def test_no_module_has_a_name_that_says_nothing() -> None:
    assert [
        str(path) for path in PACKAGE.rglob("*.py") if path.stem in SAY_NOTHING or path.parent.name in SAY_NOTHING
    ] == []


def test_each_phase_holds_only_the_names_that_all_phases_have() -> None:
    strays = [
        str(path) for phase in PHASES for path in (PACKAGE / "phases" / phase).iterdir() if path.stem not in IN_A_PHASE
    ]
    assert strays == []


def test_requirements_hold_no_address_and_a_hash_for_each_part() -> None:
    for path in (ROOT / "requirements").glob("*.txt"):
        text = path.read_text("utf-8")
        assert not re.search(r"://| @ ", text)
        for part in re.split(r"\n(?=\S)", text.strip()):
            assert "--hash=sha256:" in part, part


def test_only_settings_and_their_readers_look_into_the_environment() -> None:
    may = {"config", "management", "testing"}
    readers = [
        str(path.relative_to(PACKAGE))
        for path in PACKAGE.rglob("*.py")
        if path.relative_to(PACKAGE).parts[0] not in may
        and re.search(r"\bos\.(environ|getenv)\b", path.read_text("utf-8"))
    ]
    assert sorted(readers) == ["foundation/clock.py", "foundation/database_server.py"]
