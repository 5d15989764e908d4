"""What the documentation tells its reader to run is run: here, or by the test that is named."""

import re
import shlex
from collections.abc import Iterator
from contextlib import nullcontext
from pathlib import Path

import pytest
from django.conf import settings

from clusterxchange.management import command_line
from tests.bring import bring_exchange_to
from tests.cast import Cast

ROOT = Path(__file__).resolve().parents[2]
PAGES = sorted([*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")])
BLOCK = re.compile(r"^ *```(?P<language>sh)\n(?P<text>.*?)^ *```$", re.MULTILINE | re.DOTALL)
SETTING = re.compile(r"(?P<name>[A-Z_]+)=\S.*")
OURS = ".venv/bin/clusterxchange "
# Who runs the rest: the beginning of a command, a file, and what stands in it.
RUN_ELSEWHERE = {
    "make run": ("tests/management/test_run.py", "READY"),
    "make check": (".ci/run", "make check"),
    "make test": (".ci/run", "make test"),
    ".venv/bin/python -m pytest tests/workflow": (".ci/run", "make test"),
    ".venv/bin/python -m pytest tests/journeys/test_manual.py": ("tests/journeys/test_manual.py", "def test_"),
    ".venv/bin/python -m pytest tests/browser/test_pictures_of_the_manual.py": (
        "tests/browser/test_pictures_of_the_manual.py",
        "--keep-pictures",
    ),
    ".venv/bin/pip install --require-hashes -r requirements/s3.txt": (
        "tests/foundation/test_files_in_a_bucket.py",
        "in_bucket",
    ),
    "make drills": ("tests/management/test_all_runs.py", "drills"),
    "curl -H": ("tests/journeys/test_mail_as_people_like_it.py", "BOUNCE_TOKEN"),
    '-d \'{"address"': ("tests/journeys/test_mail_as_people_like_it.py", "permanent"),
    "https://exchange.example/mail/bounces/": ("tests/journeys/test_mail_as_people_like_it.py", "/mail/bounces/"),
    "pip install pyhanko": ("tests/phases/exchange_building/test_verification_pack.py", "verify.py"),
    "python verify.py": ("tests/phases/exchange_building/test_verification_pack.py", "verify.py"),
    f"{OURS}appoint": ("tests/management/test_appoint.py", "--role"),
    f"{OURS}backup": ("tests/drills/test_backup_and_restore.py", "backup"),
    f"{OURS}restore": ("tests/drills/test_backup_and_restore.py", "trial"),
}


def lines_of(language: str) -> Iterator[tuple[str, str]]:
    for page in PAGES:
        for block in BLOCK.finditer(page.read_text("utf-8")):
            if block["language"] == language:
                for line in block["text"].splitlines():
                    command = line.split("  #")[0].strip()
                    if command:
                        yield page.name, command


COMMANDS = sorted({command for _page, command in lines_of("sh")})
HERE = [one for one in COMMANDS if one.startswith(OURS) and not one.startswith(tuple(RUN_ELSEWHERE))]


@pytest.mark.parametrize("command", COMMANDS)
def test_each_command_is_run_somewhere_and_each_setting_is_one(command: str) -> None:
    setting = SETTING.fullmatch(command)
    if setting:
        name = setting["name"].removesuffix("_FILE")  # any secret may come from a file
        assert f"| `{name}` |" in (ROOT / "docs/reference/settings.md").read_text("utf-8")
        return
    if command in HERE:
        return
    found = [place for beginning, place in RUN_ELSEWHERE.items() if command.startswith(beginning)]
    assert found, "Run it here, or name the test that runs it."
    for file, word in found:
        assert word in (ROOT / file).read_text("utf-8")


@pytest.mark.django_db
@pytest.mark.parametrize("command", HERE)
def test_each_command_of_the_tool_says_yes(
    command: str, cast: Cast, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(command_line, "prepared_django", nullcontext)
    monkeypatch.setattr(settings, "DATA", tmp_path / "var")
    monkeypatch.chdir(tmp_path)
    reference = str(bring_exchange_to(cast, "matched").exchange.reference)
    assert command_line.main(["run-due", "--at", "2026-03-12T09:00:00+01:00"]) == command_line.YES

    words = [reference if word == "EXC-2026-000001" else word for word in shlex.split(command.removeprefix(OURS))]

    assert command_line.main(words) == command_line.YES
