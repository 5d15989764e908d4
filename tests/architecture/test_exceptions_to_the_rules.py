"""Whoever switches a check off says why."""

from __future__ import annotations

import io
import re
import tokenize
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
SWITCH = re.compile(r"#\s*(noqa|type:\s*ignore|pragma:\s*no cover|nosec|mypy:)", re.IGNORECASE)
# mypy reads its own comment to the end, so there the reason is a comment in the comment.
WITH_REASON = re.compile(
    r"#\s*(noqa: [A-Z]+\d+(, [A-Z]+\d+)*|type: ignore\[[a-z-]+(, ?[a-z-]+)*\]  #|pragma: no cover) -- \w.{3,}"
)


def comments(text: str) -> list[str]:
    tokens = tokenize.generate_tokens(io.StringIO(text).readline)
    return [token.string for token in tokens if token.type == tokenize.COMMENT]


def without_reason(text: str) -> list[str]:
    return [comment for comment in comments(text) if SWITCH.search(comment) and not WITH_REASON.search(comment)]


def test_each_switched_off_check_has_its_reason() -> None:
    places = [*(ROOT / "src").rglob("*.py"), *(ROOT / "tests").rglob("*.py"), *(ROOT / "tour").rglob("*.py")]
    bare = {str(path.relative_to(ROOT)): found for path in places if (found := without_reason(path.read_text("utf-8")))}
    assert bare == {}


@pytest.mark.parametrize(
    "comment",
    ["# noqa", "# noqa: E501", "# noqa: E501 long", "# type: ignore -- the library has no types", "# pragma: no cover"],
)
def test_a_bare_switch_is_found(comment: str) -> None:
    assert without_reason(f"x = 1  {comment}\n")


@pytest.mark.parametrize(
    "comment",
    ["# noqa: E501 -- an address can't be broken", "# type: ignore[arg-type]  # -- the library's stubs are older"],
)
def test_a_switch_with_its_reason_is_fine(comment: str) -> None:
    assert without_reason(f"x = 1  {comment}\n") == []


def test_each_rule_that_is_off_for_all_has_its_reason() -> None:
    text = (ROOT / "pyproject.toml").read_text("utf-8")
    block = text.split("[tool.ruff.lint]")[1].split("\n[tool.ruff.lint.flake8")[0]
    rules = [line for line in block.splitlines() if re.match(r'\s+"[A-Z]+\d*",', line)]
    assert rules
    assert [line for line in rules if not re.search(r"# \w", line)] == []
