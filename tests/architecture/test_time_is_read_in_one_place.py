"""Only foundation/clock.py reads the clock; linters see most of it, this sees the rest."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest

PACKAGE = Path(__file__).resolve().parents[2] / "src" / "clusterxchange"
THE_CLOCK = PACKAGE / "foundation" / "clock.py"
READERS = {"now", "utcnow", "today"}
# With a moment these convert it, without one they read the clock.
READERS_WITHOUT_ARGUMENT = {"localdate", "localtime"}
OF_A_CLASS = {"datetime", "timezone", "dt", "date"}
IN_SQL = re.compile(
    r"\b(now|clock_timestamp|statement_timestamp|transaction_timestamp)\(\)|\bcurrent_(date|timestamp)\b", re.IGNORECASE
)
# The journal's trigger and the job queue are told the time by the database: it is proof there, not a rule.
MAY_ASK_THE_DATABASE = {"journal.py", "jobs.py"}


def sources() -> list[Path]:
    return [path for path in sorted(PACKAGE.rglob("*.py")) if path != THE_CLOCK and "migrations" not in path.parts]


def readings(path: Path) -> list[str]:
    found = []
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        where = f"{path.relative_to(PACKAGE)}:{getattr(node, 'lineno', '?')}"
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
            owner = node.func.value
            name = owner.id if isinstance(owner, ast.Name) else owner.attr if isinstance(owner, ast.Attribute) else ""
            reads = node.func.attr in READERS or (node.func.attr in READERS_WITHOUT_ARGUMENT and not node.args)
            if name in OF_A_CLASS and reads:
                found.append(f"{where} {name}.{node.func.attr}()")
        if isinstance(node, ast.keyword) and node.arg in {"auto_now", "auto_now_add"}:
            found.append(f"{where} {node.arg}")
        if isinstance(node, ast.keyword) and node.arg == "default" and ast.unparse(node.value).endswith("timezone.now"):
            found.append(f"{where} default=timezone.now")
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            is_sql = re.search(r"\b(select|insert|update)\b", node.value, re.IGNORECASE)
            if is_sql and IN_SQL.search(node.value) and path.name not in MAY_ASK_THE_DATABASE:
                found.append(f"{where} time in SQL")
    return found


def test_nobody_but_the_clock_reads_the_time() -> None:
    assert [reading for path in sources() for reading in readings(path)] == []


@pytest.mark.parametrize(
    "text",
    [
        "datetime.now(UTC)",
        "timezone.now()",
        "date.today()",
        "timezone.localdate()",
        "datetime.datetime.now()",
        "models.DateTimeField(auto_now=True)",
        "models.DateTimeField(default=timezone.now)",
        "cursor.execute('select now()')",
    ],
)
def test_each_way_of_reading_the_time_is_found(text: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(f"{__name__}.PACKAGE", tmp_path)
    path = tmp_path / "rules.py"
    path.write_text(text, encoding="utf-8")
    assert readings(path)
