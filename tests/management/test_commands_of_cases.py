"""Commands on the cases of an installation: what is due, the journal, obligations, one case as it stands."""

import json
import os
import subprocess
import sys
import zipfile
from contextlib import nullcontext
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings

from clusterxchange.foundation import clock
from clusterxchange.management import command_line
from clusterxchange.phases.exchange_building.jobs import write_signatures
from clusterxchange.workflow.models import Obligation
from tests.bring import bring_application_to, bring_exchange_to
from tests.cast import MONDAY, Cast

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def database_of_the_test(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Let commands use the database of the test and a data folder of their own."""
    monkeypatch.setattr(command_line, "prepared_django", nullcontext)
    monkeypatch.setattr(settings, "DATA", tmp_path)


def answer_of(capsys: pytest.CaptureFixture[str], *words: str, code: int = command_line.YES) -> dict[str, Any]:
    assert command_line.main([*words, "--json"]) == code
    found: dict[str, Any] = json.loads(capsys.readouterr().out)
    return found


def test_run_due_says_what_it_did_and_keeps_the_anchor_of_the_day(
    cast: Cast, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    application = bring_application_to(cast, cast.ana, "submitted", partnership=cast.loom, officer=cast.chiara.actor)
    at = (MONDAY + timedelta(days=10)).isoformat()
    assert answer_of(capsys, "run-due", "--at", at) == {
        "done": [{"term": "assessment", "ref": application.reference, "what": "reminded"}]
    }
    assert answer_of(capsys, "run-due", "--at", at) == {"done": []}
    anchor = tmp_path / "anchors" / "2026-03-12.txt"
    checked = answer_of(capsys, "check-journal", "--anchor", str(anchor))
    assert (checked["ok"], checked["end_proven"], checked["first_bad"]) == (True, True, None)


def test_run_due_without_a_moment_takes_the_clocks(cast: Cast, capsys: pytest.CaptureFixture[str]) -> None:
    bring_application_to(cast, cast.ana, "submitted", partnership=cast.loom, officer=cast.chiara.actor)
    clock.set_clock(MONDAY + timedelta(days=1))
    assert answer_of(capsys, "run-due") == {"done": []}
    clock.set_clock(MONDAY + timedelta(days=10))
    assert len(answer_of(capsys, "run-due")["done"]) == 1


def test_a_moment_without_a_zone_and_an_anchor_that_is_none_are_misuse(tmp_path: Path) -> None:
    assert command_line.main(["run-due", "--at", "2026-03-12T09:00"]) == command_line.MISUSE
    assert command_line.main(["check-journal", "--anchor", str(tmp_path / "nothing")]) == command_line.MISUSE
    (tmp_path / "empty").write_text("", encoding="utf-8")
    assert command_line.main(["check-journal", "--anchor", str(tmp_path / "empty")]) == command_line.MISUSE


def test_a_wrong_anchor_is_a_no(cast: Cast, capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    bring_application_to(cast, cast.ana, "draft", partnership=cast.loom, officer=cast.chiara.actor)
    anchor = tmp_path / "anchor"
    anchor.write_text(f"1 {'0' * 64}\n", encoding="ascii")
    assert answer_of(capsys, "check-journal", "--anchor", str(anchor), code=command_line.NO)["first_bad"] == 1


def test_obligations_are_compared_and_mended_only_when_asked(cast: Cast, capsys: pytest.CaptureFixture[str]) -> None:
    bring_application_to(cast, cast.ana, "submitted", partnership=cast.loom, officer=cast.chiara.actor)
    clock.set_clock(MONDAY + timedelta(days=1))
    assert answer_of(capsys, "rebuild-obligations", "--check") == {"ok": True, "differences": 0, "found": []}
    Obligation.objects.filter(closed_at=None).delete()
    found = answer_of(capsys, "rebuild-obligations", "--check", code=command_line.NO)
    assert (found["ok"], found["differences"]) == (False, 1)
    assert not Obligation.objects.filter(closed_at=None).exists()
    assert answer_of(capsys, "rebuild-obligations")["differences"] == 1
    assert answer_of(capsys, "rebuild-obligations", "--check")["differences"] == 0


def test_a_case_is_shown_as_it_stands(cast: Cast, capsys: pytest.CaptureFixture[str]) -> None:
    story = bring_exchange_to(cast, "ordered")
    found = answer_of(capsys, "inspect", str(story.exchange.reference))
    assert (found["kind"], found["state"]) == ("exchange", "ENDED")
    assert found["parties"]["VISITING_ORGANISATION"] == "Teixits Almarge, S.L."
    kinds = [one["kind"] for one in found["things"]]
    assert kinds[:3] == ["exchange", "commitment", "financial_agreement"]
    assert sum(one["action"] == "sign_commitment" for one in found["consents"]) == 4
    assert {"kind": "payment", "version": None, "full_cents": 78_000, "agreed_cents": 39_000, "amount_cents": 39_000,
            "currency": "EUR"} in found["money"]  # fmt: skip
    assert any(one["action"] == "release_payment" and not one["closed_at"] for one in found["obligations"])
    assert found["journal"][0]["action"] == "order_payment"
    assert "ES9121000418450200051332" not in json.dumps(found)
    of_payment = answer_of(capsys, "inspect", str(story.payment.reference))
    assert of_payment["reference"] == story.exchange.reference


def test_every_command_explains_itself_before_there_are_settings() -> None:
    bare = {name: value for name, value in os.environ.items() if name != "DJANGO_SETTINGS_MODULE"}
    start = "import sys; from clusterxchange.management.command_line import main; sys.exit(main())"
    program = [sys.executable, "-c", start]
    done = subprocess.run([*program, "help"], env=bare, check=False, capture_output=True, text=True)
    assert (done.returncode, done.stderr) == (0, "")
    assert all(f"  {name} " in done.stdout for name in command_line.COMMANDS)
    misuse = subprocess.run([*program, "inspect"], env=bare, check=False, capture_output=True, text=True)
    assert misuse.returncode == command_line.MISUSE
    assert "REFERENCE" in misuse.stderr


def test_a_reference_that_nobody_has_is_a_no(db: None) -> None:  # noqa: ARG001 -- asks for the database
    assert command_line.main(["inspect", "EXC-2026-999999"]) == command_line.NO


def test_the_operator_writes_a_verification_pack_once_everything_is_signed(
    cast: Cast, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    story = bring_exchange_to(cast, "ready")
    clock.set_clock(story.at)
    words = ("verification-pack", str(story.exchange.reference), "--to", str(tmp_path / "pack.zip"))
    assert answer_of(capsys, *words, code=command_line.NO) == {"file": None, "refusal": "document_missing"}
    write_signatures("commitment", story.commitment.pk)
    write_signatures("financial_agreement", story.agreement.pk)

    assert answer_of(capsys, *words) == {"file": str(tmp_path / "pack.zip"), "refusal": None}

    held = [name for name in zipfile.ZipFile(tmp_path / "pack.zip").namelist() if name.endswith(".pdf")]
    assert [name.partition("-EXC")[0] for name in held] == [
        "documents/commitment-to-quality", "documents/financial-agreement",
    ]  # fmt: skip
    assert command_line.main(["verification-pack", "EXC-2026-999999"]) == command_line.NO
