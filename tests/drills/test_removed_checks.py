"""Checks are taken away one at a time: the tests that guard them notice each.

Short, only that each stands where it is said to; with LONG=1 each is taken out of a copy and its tests are run.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.drills.removed_checks import CHECKS, Check

ROOT = Path(__file__).resolve().parents[2]
# The tests' own words for "some failed"; anything else would be a fault of the drill.
FAILED = 1
FEWEST = 25


def test_each_check_stands_once_where_it_is_said_to() -> None:
    found = {check.what: (ROOT / check.file).read_text("utf-8").count(check.words) for check in CHECKS}

    assert {what: times for what, times in found.items() if times != 1} == {}
    assert len(found) == len(CHECKS) >= FEWEST
    assert [check.noticed_by for check in CHECKS if not (ROOT / check.noticed_by).is_file()] == []


if os.environ.get("LONG") == "1":

    @pytest.mark.timeout(600)
    @pytest.mark.parametrize("check", CHECKS, ids=lambda check: check.what)
    def test_without_a_check_its_tests_fail(check: Check, tmp_path: Path) -> None:
        copy = tmp_path / "src"
        shutil.copytree(ROOT / "src", copy, ignore=shutil.ignore_patterns("__pycache__"))
        file = tmp_path / check.file
        file.write_text(file.read_text("utf-8").replace(check.words, check.instead), "utf-8")
        inherited = {
            name: value for name, value in os.environ.items() if not name.startswith(("PYTEST_", "CLUSTERXCHANGE_"))
        }

        done = subprocess.run(
            [sys.executable, "-m", "pytest", "-q", "-x", "-n", "0", "-p", "no:cacheprovider", check.noticed_by],
            capture_output=True, text=True, check=False, cwd=ROOT, env=inherited | {"PYTHONPATH": str(copy)},
        )  # fmt: skip

        print(f"\n{check.what}: {(done.stdout.strip().splitlines() or [''])[-1]}")
        assert done.returncode == FAILED, done.stdout[-2000:]
        assert " failed" in done.stdout
