"""Claims about the verification pack: whoever has it can check it alone, and nothing in it can be changed unnoticed."""

import hashlib
import io
import json
import os
import random
import subprocess
import sys
import zipfile
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from importlib.metadata import version
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.db import transaction
from pytest_django import DjangoDbBlocker

from clusterxchange.documents.operations import signing_authority
from clusterxchange.documents.signing.authority import Authority, make_authority
from clusterxchange.documents.verification.pack import _packed, _seal, _written
from clusterxchange.documents.verification.verify import STAMP_ROOTS
from clusterxchange.journeys.demonstration.story import Story
from clusterxchange.phases.exchange_building import operations
from clusterxchange.phases.exchange_building.jobs import write_signatures
from clusterxchange.workflow.models import Entry
from tests.bring import bring_exchange_to
from tests.cast import Cast, make_cast
from tests.phases.exchange_building.browsing import Browser

pytestmark = pytest.mark.timeout(1800)
PLACES = 500 if os.environ.get("LONG") else 6
# An interpreter of an environment that holds pyHanko and nothing else.
PYTHON = os.environ.get("VERIFY_PYTHON", sys.executable)
Files = dict[str, bytes]


@dataclass(frozen=True)
class Made:
    """A pack of a whole exchange, made once for all who meddle with it."""

    pack: bytes
    again: bytes
    reference: str
    authority: Authority
    at: datetime
    first_entry: int

    @property
    def files(self) -> Files:
        return files_of(self.pack)


@pytest.fixture(scope="module")
def made(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[Made]:  # noqa: ARG001 -- makes the database
    with django_db_blocker.unblock(), transaction.atomic():
        story = all_signed(make_cast())
        pack, again = (
            operations.open_verification_pack(story.exchange, actor=story.visitor, at=story.at) for _ in range(2)
        )
        reference = str(story.exchange.reference)
        first = Entry.objects.filter(case=reference).earliest("n").n
        yield Made(pack, again, reference, signing_authority(story.at), story.at, first)
        transaction.set_rollback(True)


def all_signed(cast: Cast) -> Story:
    story = bring_exchange_to(cast, "ready")
    write_signatures("commitment", story.commitment.pk)
    write_signatures("financial_agreement", story.agreement.pk)
    return story


def files_of(pack: bytes) -> Files:
    with zipfile.ZipFile(io.BytesIO(pack)) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def verdict_of(content: bytes, folder: Path, *words: str) -> tuple[int, str]:
    """Run the script of a pack in a process that knows nothing of this programme."""
    path = folder / "pack.zip"
    path.write_bytes(content)
    script = folder / "verify.py"
    if not script.exists():
        script.write_bytes(files_of(content)["verify.py"])
    run = subprocess.run(
        [PYTHON, "-I", script, path, *words],
        cwd=folder,
        env={"LC_ALL": "C.UTF-8"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert "Traceback" not in run.stderr, run.stderr
    return run.returncode, run.stdout


def root_of(authority: Authority) -> str:
    return str(authority.root.sha256.hex())


def test_a_good_pack_is_called_genuine_by_its_own_script(made: Made, tmp_path: Path) -> None:
    code, told = verdict_of(made.pack, tmp_path, "--root", root_of(made.authority))

    assert code == 0, told
    assert told.splitlines()[-1] == "GENUINE: everything in the pack fits together."
    assert f"documents/commitment-to-quality-{made.reference}-1.pdf: unchanged, 4 of 4 signatures hold" in told
    assert f"documents/financial-agreement-{made.reference}-1.pdf: unchanged, 2 of 2 signatures hold" in told
    assert [line.split(",")[0].strip() for line in told.splitlines() if line.startswith("  ")] == [
        "V: Ana Sorribes", "H: Bram Teixeira", "VP: Chiara Bellandi", "HP: Dov Amaral",
        "V: Ana Sorribes", "VP: Chiara Bellandi",
    ]  # fmt: skip


def test_an_unpacked_pack_and_a_file_in_hand_are_checked_as_well(made: Made, tmp_path: Path) -> None:
    folder = tmp_path / "unpacked"
    for name, content in made.files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(content)
    held = next(folder.glob("documents/commitment*.pdf"))
    script = folder / "verify.py"

    def run(*words: str | Path) -> int:
        return subprocess.run([PYTHON, "-I", script, *words], capture_output=True, check=False).returncode

    assert run() == 0
    assert run(folder, held) == 0
    (tmp_path / "other.pdf").write_bytes(held.read_bytes() + b"\n")
    assert run(folder, tmp_path / "other.pdf") == 1


def test_the_same_pack_twice_differs_only_in_its_seal(made: Made) -> None:
    assert {name for name, content in files_of(made.again).items() if made.files[name] != content} == {
        "journal.json", "manifest.json", "manifest.p7s",
    }  # fmt: skip


# Twenty ways to meddle with a pack. Those that `sealed` mends write the manifest's hashes anew, as a forger would.


def json_in(files: Files, name: str) -> Any:  # noqa: ANN401 -- whatever JSON can say
    return json.loads(files[name])


def commitment_in(files: Files, ending: str = ".pdf") -> str:
    return next(name for name in files if name.startswith("documents/commitment") and name.endswith(ending))


def with_hashes(files: Files) -> Files:
    manifest = json_in(files, "manifest.json")
    manifest["files"] = {
        name: hashlib.sha256(content).hexdigest()
        for name, content in files.items()
        if name not in {"manifest.json", "manifest.p7s"}
    }
    return {**files, "manifest.json": _written(manifest)}


def changed_byte(files: Files, name: str) -> Files:
    content = bytearray(files[name])
    content[len(content) // 2] ^= 1
    return {**files, name: bytes(content)}


def changed_json(files: Files, name: str, change: Callable[[Any], None]) -> Files:
    held = json_in(files, name)
    change(held)
    return {**files, name: _written(held)}


def a_later_day(text: dict[str, Any]) -> None:
    text["last_day"] = "2026-04-17"


def an_entry_less(journal: dict[str, Any]) -> None:
    del journal["entries"][3]


def entries_turned_round(journal: dict[str, Any]) -> None:
    journal["entries"].reverse()


def another_actor(journal: dict[str, Any]) -> None:
    journal["entries"][0]["actor"] = "1"


def another_actor_with_its_hash(journal: dict[str, Any]) -> None:
    entry = journal["entries"][0]
    entry["actor"] = "1"
    columns = ("previous", "n", "at", "actor", "capacity", "kind", "subject", "case", "action", "before", "after")
    told = "|".join(str(entry[column]) for column in (*columns, "payload_digest"))
    entry["hash"] = hashlib.sha256(told.encode()).hexdigest()


def another_head(journal: dict[str, Any]) -> None:
    entry = journal["entries"][0]
    journal["day_heads"] = [{"day": "2026-03-03", "n": entry["n"], "hash": "0" * 64}]


def another_person(manifest: dict[str, Any]) -> None:
    manifest["documents"][0]["signatures"][0]["person"] = "Zoe Krogsager"


def a_signature_less(manifest: dict[str, Any]) -> None:
    manifest["documents"][0]["signatures"].pop()


def one_moment_later(manifest: dict[str, Any]) -> None:
    manifest["made_at"] = "2026-12-24T00:00:00+00:00"


def file_before_the_last_signature(files: Files) -> Files:
    name = commitment_in(files)
    content = files[name]
    return {**files, name: content[: content.rindex(b"%%EOF", 0, len(content) - 10) + 6]}


def line_after_the_last_signature(files: Files) -> Files:
    name = commitment_in(files)
    return {**files, name: files[name] + b"\n% one line more\n"}


def without(files: Files, name: str) -> Files:
    return {kept: content for kept, content in files.items() if kept != name}


def root_of_another(files: Files) -> Files:
    other = make_authority("elsewhere.example", signing_moment(files))
    return {**files, "certificates/root.pem": other.certificate.encode()}


def sealed_by_another(files: Files) -> Files:
    at = signing_moment(files)
    return {**files, "manifest.p7s": _seal(files["manifest.json"], make_authority("elsewhere.example", at), at)}


def forged_whole(files: Files) -> Files:
    at = signing_moment(files)
    other = make_authority("elsewhere.example", at)
    changed = with_hashes({**files, "certificates/root.pem": other.certificate.encode()})
    return {**changed, "manifest.p7s": _seal(changed["manifest.json"], other, at)}


def signing_moment(files: Files) -> datetime:
    return datetime.fromisoformat(json_in(files, "manifest.json")["made_at"])


TAMPERED: Mapping[str, Callable[[Files], Files]] = {
    "a byte of the commitment": lambda files: changed_byte(files, commitment_in(files)),
    "a byte of the commitment, hashes written anew": lambda files: with_hashes(
        changed_byte(files, commitment_in(files))
    ),
    "a line after the last signature": lambda files: with_hashes(line_after_the_last_signature(files)),
    "the file before its last signature": lambda files: with_hashes(file_before_the_last_signature(files)),
    "another day in the text": lambda files: changed_json(files, commitment_in(files, ".json"), a_later_day),
    "another day in the text, hashes written anew": lambda files: with_hashes(
        changed_json(files, commitment_in(files, ".json"), a_later_day)
    ),
    "an entry of the journal less": lambda files: with_hashes(changed_json(files, "journal.json", an_entry_less)),
    "entries of the journal turned round": lambda files: with_hashes(
        changed_json(files, "journal.json", entries_turned_round)
    ),
    "another actor in the journal": lambda files: with_hashes(changed_json(files, "journal.json", another_actor)),
    "another actor with the entry's hash": lambda files: with_hashes(
        changed_json(files, "journal.json", another_actor_with_its_hash)
    ),
    "another head of a day": lambda files: with_hashes(changed_json(files, "journal.json", another_head)),
    "another person in the manifest": lambda files: changed_json(files, "manifest.json", another_person),
    "a signature less in the manifest": lambda files: changed_json(files, "manifest.json", a_signature_less),
    "another moment of the pack": lambda files: changed_json(files, "manifest.json", one_moment_later),
    "no seal": lambda files: without(files, "manifest.p7s"),
    "no journal": lambda files: without(files, "journal.json"),
    "a file too many": lambda files: {**files, "documents/appendix.pdf": b"%PDF-1.7"},
    "the seal of another installation": sealed_by_another,
    "the root of another installation": lambda files: with_hashes(root_of_another(files)),
    "another script": lambda files: {**files, "verify.py": files["verify.py"] + b"\n# nothing to see\n"},
    "forged whole by another installation": forged_whole,
    "an empty manifest": lambda files: {**files, "manifest.json": b"{}"},
}  # fmt: skip


def test_each_of_twenty_and_more_tampered_packs_is_called_not_genuine(made: Made, tmp_path: Path) -> None:
    assert len(TAMPERED) >= 20
    verdict_of(made.pack, tmp_path)
    wrong = {}
    for name, meddle in TAMPERED.items():
        code, told = verdict_of(_packed(meddle(made.files)), tmp_path)
        if code != 1 or not told.startswith("NOT GENUINE: "):
            wrong[name] = (code, told)
    assert wrong == {}


def test_what_the_hashes_would_let_pass_is_found_by_the_signatures_alone(made: Made, tmp_path: Path) -> None:
    """Whoever could seal a pack again would still not get a changed document through."""
    authority, verdicts = made.authority, {}
    verdict_of(made.pack, tmp_path)
    for name in (
        "a byte of the commitment, hashes written anew",
        "another day in the text, hashes written anew",
        "an entry of the journal less",
        "another actor in the journal",
        "another head of a day",
        "another person in the manifest",
        "a signature less in the manifest",
    ):
        files = TAMPERED[name](made.files)
        files["manifest.p7s"] = _seal(files["manifest.json"], authority, made.at)
        verdicts[name] = verdict_of(_packed(files), tmp_path)[1].partition(",")[0].splitlines()[0]
    pdf, text = (f"documents/commitment-to-quality-{made.reference}-1.{ending}" for ending in ("pdf", "json"))
    number, no = made.first_entry, "NOT GENUINE: "
    assert verdicts == {
        "a byte of the commitment, hashes written anew": f"{no}{pdf} is not the file that the manifest tells of",
        "another day in the text, hashes written anew": f"NOT GENUINE: {text} is not the text that was signed",
        "an entry of the journal less": "NOT GENUINE: entries of the journal are missing",
        "another actor in the journal": f"NOT GENUINE: entry {number} of the journal was changed",
        "another head of a day": f"NOT GENUINE: entry {number} of the journal does not fit the head of a day",
        "another person in the manifest": f"{no}the signatures in {pdf} are not those that the manifest tells of",
        "a signature less in the manifest": f"NOT GENUINE: {pdf} is not signed by each of its parties",
    }


def test_a_pack_forged_whole_is_found_by_the_fingerprint_of_the_root(made: Made, tmp_path: Path) -> None:
    other = make_authority("elsewhere.example", made.at)

    code, told = verdict_of(made.pack, tmp_path, "--root", root_of(other))

    assert (code, told.startswith("NOT GENUINE: the root certificate")) == (1, True)


def test_one_changed_byte_of_the_document_is_always_noticed(made: Made, tmp_path: Path) -> None:
    files = made.files
    verdict_of(made.pack, tmp_path)
    name = commitment_in(files)
    for place in random.Random(19).sample(range(len(files[name])), PLACES):  # noqa: S311 -- places to change, no secret
        content = bytearray(files[name])
        content[place] ^= 1 << place % 8
        code, told = verdict_of(_packed({**files, name: bytes(content)}), tmp_path)
        assert (code, told[:12]) == (1, "NOT GENUINE:"), place
    print(f"\n{PLACES} places of a file in a pack, one bit changed in each: all noticed")  # noqa: T201 -- a drill prints its counts


def test_the_pack_names_the_version_of_the_package_that_checks_it(made: Made) -> None:
    assert f"    pip install pyhanko=={version('pyhanko')}\n" in made.files["README.txt"].decode()


@pytest.mark.django_db
def test_the_roots_of_a_time_stamp_service_outside_come_with_the_pack_and_count_for_stamps_alone(
    cast: Cast,
    service: tuple[str, list[int]],
    elsewhere: Authority,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    roots = tmp_path / "roots.pem"
    roots.write_text(elsewhere.certificate)
    monkeypatch.setattr(settings, "TIME_STAMP_SERVICE", service[0])
    monkeypatch.setattr(settings, "TIME_STAMP_ROOTS", roots)
    story = bring_exchange_to(cast, "commitment_signed")
    write_signatures("commitment", story.commitment.pk)
    pack = operations.open_verification_pack(story.exchange, actor=story.visitor, at=story.at)
    files, at = files_of(pack), story.at

    def resealed(changed: Files, authority: Authority) -> bytes:
        with_new = with_hashes(changed)
        return _packed({**with_new, "manifest.p7s": _seal(with_new["manifest.json"], authority, at)})

    good = verdict_of(pack, tmp_path)
    unknown = verdict_of(resealed({**files, STAMP_ROOTS: b""}, signing_authority(at)), tmp_path)
    sealed_by_the_service = verdict_of(resealed(files, elsewhere), tmp_path)

    assert good[0] == 0, good[1]
    assert unknown == (1, f"NOT GENUINE: the time stamp that closes {commitment_in(files)} does not hold\n")
    assert sealed_by_the_service == (1, "NOT GENUINE: the seal of the manifest does not hold\n")


def test_a_torn_pack_and_one_of_two_files_by_one_name_are_no_packs(made: Made, tmp_path: Path) -> None:
    verdict_of(made.pack, tmp_path)
    assert verdict_of(made.pack[: len(made.pack) // 2], tmp_path)[0] == 1
    buffer = io.BytesIO(made.pack)
    with pytest.warns(UserWarning, match="Duplicate name"), zipfile.ZipFile(buffer, "a") as archive:
        archive.writestr("manifest.json", b"{}")
    assert verdict_of(buffer.getvalue(), tmp_path)[0] == 1


# Who gets it


@pytest.mark.django_db
def test_the_exchange_offers_the_pack_once_the_files_bear_all_signatures(cast: Cast, browser: Browser) -> None:
    story = bring_exchange_to(cast, "commitment_signed")
    base = f"/exchanges/{story.exchange.reference}/"
    assert f'href="{base}verification-pack/"' not in browser.get(cast.ana, base).text
    refused = browser.get(cast.ana, f"{base}verification-pack/")
    assert (refused.status, refused.refusal()) == (409, "document_missing")

    write_signatures("commitment", story.commitment.pk)

    assert f'href="{base}verification-pack/"' in browser.get(cast.ana, base).text
    assert browser.get(cast.ana, f"{base}verification-pack/").status == 200


@pytest.mark.django_db
def test_the_pack_holds_what_its_reader_may_open(cast: Cast, browser: Browser) -> None:
    story = all_signed(cast)
    address, sees_the_money = f"/exchanges/{story.exchange.reference}/verification-pack/", {}
    readers = ("ana", "bram", "chiara", "dov", "edda", "aurel")

    for name in readers:
        page = browser.get(getattr(cast, name), address)
        assert page.status == 200
        assert page.response["Content-Disposition"].startswith("attachment")
        files = files_of(page.response.content)
        sees_the_money[name] = any("financial-agreement" in one for one in files)
        assert (b"ES9121000418450200051332" in b"".join(files.values())) is sees_the_money[name]
        kinds = {entry["kind"] for entry in json_in(files, "journal.json")["entries"]}
        assert ("financial_agreement" in kinds) is (name not in {"bram", "dov"})

    assert sees_the_money == {
        "ana": True, "bram": False, "chiara": True, "dov": False, "edda": False, "aurel": False,
    }  # fmt: skip
    assert Entry.objects.filter(action="open_verification_pack").count() == len(readers)


@pytest.mark.django_db
def test_before_anything_is_signed_there_is_no_pack_and_a_stranger_finds_none(cast: Cast, browser: Browser) -> None:
    story = bring_exchange_to(cast, "validated")
    address = f"/exchanges/{story.exchange.reference}/verification-pack/"

    refused = browser.get(cast.ana, address)

    assert (refused.status, refused.refusal()) == (409, "commitment_not_signed")
    assert browser.get(cast.zoe, address).status == 404
    assert not Entry.objects.filter(action="open_verification_pack").exists()
