"""`clusterxchange check-document` on files as somebody hands them over years later."""

import json
import os
import random
from contextlib import nullcontext
from pathlib import Path
from typing import Any

import pytest

from clusterxchange.management import command_line
from clusterxchange.phases.exchange_building.jobs import write_signatures
from tests.bring import bring_exchange_to
from tests.cast import Cast

pytestmark = pytest.mark.django_db
PLACES = 500 if os.environ.get("LONG") else 6
Said = tuple[int, dict[str, Any]]


@pytest.fixture(autouse=True)
def database_of_the_test(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the command use the database of the test."""
    monkeypatch.setattr(command_line, "prepared_django", nullcontext)


@pytest.fixture
def sealed(cast: Cast) -> bytes:
    """The Commitment to Quality with all four signatures and the time stamp that closes it."""
    story = bring_exchange_to(cast, "commitment_signed")
    write_signatures("commitment", story.commitment.pk)
    document = story.commitment.document
    assert document is not None
    return bytes(document.file.content.read())


def said_of(content: bytes, folder: Path, capsys: pytest.CaptureFixture[str]) -> Said:
    path = folder / "agreement.pdf"
    path.write_bytes(content)
    code = command_line.main(["check-document", str(path), "--json"])
    return code, json.loads(capsys.readouterr().out)


def test_the_sealed_file_is_genuine_with_its_four_signatures(
    sealed: bytes, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    code, answer = said_of(sealed, tmp_path, capsys)

    assert code == command_line.YES == 0
    assert answer == {
        "genuine": True,
        "signatures": [
            {"capacity": capacity, "level": "simple", "valid": True, "covers_whole": True}
            for capacity in ("V", "H", "VP", "HP")
        ],
    }


def test_people_read_who_signed_and_that_it_holds(
    sealed: bytes, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "agreement.pdf"
    path.write_bytes(sealed)

    assert command_line.main(["check-document", str(path)]) == command_line.YES

    lines = capsys.readouterr().out.splitlines()
    assert lines[0] == "Genuine: this installation made the file."
    assert [line.split(", ")[0] for line in lines[1:]] == [
        "V: Ana Sorribes", "H: Bram Teixeira", "VP: Chiara Bellandi", "HP: Dov Amaral",
    ]  # fmt: skip
    assert all(line.endswith(", holds") for line in lines[1:])


def test_what_comes_after_the_seal_makes_the_file_another_one(
    sealed: bytes, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    code, answer = said_of(sealed + b"\n% one line more\n", tmp_path, capsys)

    assert (code, answer["genuine"]) == (command_line.NO, False)
    assert [one["capacity"] for one in answer["signatures"]] == ["V", "H", "VP", "HP"]


@pytest.mark.timeout(1800)
def test_one_changed_byte_is_always_noticed(sealed: bytes, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for place in random.Random(11).sample(range(len(sealed)), PLACES):  # noqa: S311 -- places to change, no secret
        changed = bytearray(sealed)
        changed[place] ^= 1 << place % 8

        code, answer = said_of(bytes(changed), tmp_path, capsys)

        assert (code, answer["genuine"]) == (command_line.NO, False), place
    with capsys.disabled():
        print(f"\n{PLACES} places of a sealed file, one bit changed in each: all noticed")  # noqa: T201 -- a drill prints its counts


@pytest.mark.parametrize("content", [b"", b"hello", b"%PDF-1.7\n%%EOF\n"])
def test_what_cannot_be_read_as_a_pdf_file_is_not_genuine(
    db: None,  # noqa: ARG001 -- asks for the database
    content: bytes,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert said_of(content, tmp_path, capsys) == (command_line.NO, {"genuine": False, "signatures": []})


def test_a_file_that_is_not_there_is_misuse(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert command_line.main(["check-document", str(tmp_path / "nothing.pdf"), "--json"]) == command_line.MISUSE == 2

    told = capsys.readouterr()
    assert told.out == ""
    assert "nothing.pdf" in told.err
