"""The lists of parts agree with each other: installing one more list never changes a part that another has brought."""

import re
from pathlib import Path

LISTS = sorted((Path(__file__).resolve().parents[2] / "requirements").glob("*.txt"))
PIN = re.compile(r"^(?P<name>[A-Za-z0-9._-]+)==(?P<version>\S+)", re.MULTILINE)


def pins_of(path: Path) -> dict[str, set[str]]:
    """Give the versions of each part; one that differs between systems or Pythons has several."""
    found: dict[str, set[str]] = {}
    for pin in PIN.finditer(path.read_text("utf-8")):
        found.setdefault(pin["name"], set()).add(pin["version"])
    return found


def test_every_list_names_the_versions_that_the_tool_runs_with() -> None:
    lists = {path.stem: pins_of(path) for path in LISTS}
    assert set(lists) == {"docs", "matching", "run", "s3", "test"}
    assert len(lists["run"]) > 50

    other = {
        (name, part): versions
        for name, parts in lists.items()
        for part, versions in parts.items()
        if part in lists["run"] and versions != lists["run"][part]
    }
    assert other == {}


def test_every_installation_can_work_out_a_plan_for_the_programme() -> None:
    assert "ortools" in pins_of(LISTS[0].with_name("run.txt"))


def test_no_list_says_from_where_its_parts_come() -> None:
    assert [
        path.name for path in LISTS if re.search(r"https?://|--index-url|--find-links", path.read_text("utf-8"))
    ] == []
