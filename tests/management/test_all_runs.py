"""The last line of `make test` adds up what its runs told."""

from __future__ import annotations

from pathlib import Path

import pytest

from clusterxchange.testing import all_runs, drills
from clusterxchange.testing.all_runs import SUMMARY, read_counts


@pytest.mark.parametrize(
    ("line", "counts"),
    [
        ("============ 512 passed in 300.12s (0:05:00) ============", {"passed": 512}),
        (
            "====== 1 failed, 2 passed, 3 skipped, 4 deselected, 1 error in 3.10s ======",
            {"failed": 1, "passed": 2, "skipped": 3, "deselected": 4, "errors": 1},
        ),
        ("===== no tests ran in 0.02s =====", {}),
        ("===== 20 deselected in 0.02s =====", {"deselected": 20}),
    ],
)
def test_a_summary_line_is_read(line: str, counts: dict[str, int]) -> None:
    found = SUMMARY.match(line)
    assert found
    assert dict(read_counts(found["counts"])) == counts


def test_what_is_missing_is_named_where_it_can_not_be_installed(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(all_runs, "PARTS", [all_runs.SystemPart("a-rare-program", lambda: False)])
    monkeypatch.setattr("os.geteuid", lambda: 1000)
    assert all_runs.main() == 1
    assert "a-rare-program" in capsys.readouterr().err


def test_make_drills_plays_every_drill_and_nothing_that_is_not_there() -> None:
    root = Path(__file__).parents[2]
    played = {file for part in drills.PARTS for file in part.files}

    assert [file for file in played if not (root / file).is_file()] == []
    assert {str(path.relative_to(root)) for path in (root / "tests/drills").glob("test_*.py")} <= played
    short = [one.partition("::") for part in drills.SHORT for one in part.files]
    assert {file for file, _, _ in short} <= played
    for file, _, test in short:
        assert f"def {test.partition('[')[0]}" in (root / file).read_text(encoding="utf-8")
    names = [part.name for part in drills.PARTS]
    assert len(set(names)) == len(names)
