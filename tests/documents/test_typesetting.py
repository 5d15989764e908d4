"""Proofs that a document is complete, accessible, the same on every machine, and never reads a text as markup."""

from __future__ import annotations

import datetime as dt
import re
import shutil
import subprocess
from typing import TYPE_CHECKING, Final

import pytest

from clusterxchange.documents.typesetting import REPLACEMENT, typeset, unprintable, without_unseen
from tests.documents.examples import FINGERPRINT, MARKUP, SCRIPTS, commitment, financial_agreement

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

DATED: Final = dt.date(2026, 3, 19)
DOCUMENTS: Final[Mapping[str, Callable[..., dict[str, object]]]] = {
    "commitment_to_quality": commitment,
    "financial_agreement": financial_agreement,
}


def judged_by(program: str, pdf: bytes, folder: Path, *options: str) -> str:
    """Let a program of the poppler tools read the file."""
    executable = shutil.which(program)
    assert executable, f"{program} of poppler-utils is missing"
    path = folder / "document.pdf"
    path.write_bytes(pdf)
    command = [executable, *options, str(path), *(["-"] if program == "pdftotext" else [])]
    return subprocess.run(command, capture_output=True, check=True, text=True, timeout=30).stdout


def text_of(pdf: bytes, folder: Path) -> str:
    """Give the words of the file in reading order, with line ends and soft breaks folded."""
    return re.sub(r"\s+", " ", judged_by("pdftotext", pdf, folder, "-raw"))


def made(
    template: str = "commitment_to_quality", language: str = "en", *, draft: bool = False, **changes: object
) -> bytes:
    """Set one of the two examples."""
    data = DOCUMENTS[template](**{"language": language, **changes})
    return typeset(template, data, language=language, title="Agreement EXC-2026-000007", dated=DATED, draft=draft)


@pytest.mark.parametrize("template", DOCUMENTS)
@pytest.mark.parametrize("language", ["en", "pl"])
def test_same_input_gives_same_bytes(template: str, language: str) -> None:
    assert made(template, language) == made(template, language)


def test_every_argument_reaches_the_bytes() -> None:
    first = typeset("commitment_to_quality", commitment(), language="en", title="One", dated=DATED)
    for title, dated, draft in (
        ("Two", DATED, False),
        ("One", dt.date(2026, 3, 20), False),
        ("One", DATED, True),
    ):
        assert (
            typeset("commitment_to_quality", commitment(), language="en", title=title, dated=dated, draft=draft)
            != first
        )


@pytest.mark.parametrize("template", DOCUMENTS)
@pytest.mark.parametrize("language", ["en", "pl", "el"])
def test_file_is_accessible_and_fit_for_the_archive(template: str, language: str, tmp_path: Path) -> None:
    pdf = made(template, language)
    facts = judged_by("pdfinfo", pdf, tmp_path)
    meta = judged_by("pdfinfo", pdf, tmp_path, "-meta")
    assert re.search(r"Tagged:\s+yes", facts)
    assert re.search(r"Title:\s+Agreement EXC-2026-000007", facts)
    assert "20260319" in judged_by("pdfinfo", pdf, tmp_path, "-rawdates")
    assert re.search(r"Pages:\s+[234]$", facts, re.MULTILINE)
    assert "<pdfaid:part>2</pdfaid:part>" in meta
    assert "<pdfaid:conformance>A</pdfaid:conformance>" in meta
    assert "<pdfuaid:part>1</pdfuaid:part>" in meta


@pytest.mark.parametrize("template", DOCUMENTS)
def test_every_font_is_embedded(template: str, tmp_path: Path) -> None:
    rows = judged_by("pdffonts", made(template, description="\n".join(SCRIPTS.values())), tmp_path).splitlines()[2:]
    assert rows
    for row in rows:
        embedded, _subset, unicode_table = row.split()[-5:-2]
        assert (embedded, unicode_table) == ("yes", "yes"), row


def texts_of(value: object) -> list[str]:
    """Give every text that the data holds."""
    if isinstance(value, str):
        return [value]
    if isinstance(value, dict):
        return [text for item in value.values() for text in texts_of(item)]
    if isinstance(value, list):
        return [text for item in value for text in texts_of(item)]
    return []


@pytest.mark.parametrize("template", DOCUMENTS)
def test_every_text_of_the_data_is_printed(template: str, tmp_path: Path) -> None:
    data = DOCUMENTS[template]()
    words = text_of(made(template), tmp_path).replace("- ", "-")
    written = {
        line
        for text in texts_of(data)
        for line in text.splitlines()
        if not re.fullmatch(r"[A-Z]{1,2}|en|physical|morning|afternoon|\d{4}-\d\d-\d\d.*|[0-9a-f]{64}|ES\d+", line)
    }
    assert not {line for line in written if line.replace("- ", "-") not in words}
    assert FINGERPRINT in words.replace(" ", "")


@pytest.mark.parametrize("script", SCRIPTS)
def test_every_script_of_the_scheme_is_printed(script: str, tmp_path: Path) -> None:
    # Armenian is in the typesetter's monospaced font only: it is printed in that, embedded and searchable.
    pdf = made(description=SCRIPTS[script])
    assert SCRIPTS[script] in text_of(pdf, tmp_path)
    assert not unprintable(SCRIPTS[script])


def test_text_is_data(tmp_path: Path) -> None:
    pdf = made(description=MARKUP, objectives_host='"]\n#import "letterhead.typ": *\n#eval("1+1")')
    words = text_of(pdf, tmp_path)
    assert MARKUP in words
    assert '#eval("1+1")' in words


def test_labels_are_in_the_language_of_the_document(tmp_path: Path) -> None:
    words = text_of(made(language="pl"), tmp_path)
    for label in ("Zobowiązanie do jakości", "3 dni robocze", "20 kwietnia 2026", "Organizacja goszcząca", "Hiszpania"):
        assert label in words
    for label in ("Commitment to Quality", "Host organisation", "working days", "Signatures"):
        assert label not in words
    assert "390,00 EUR" in text_of(made("financial_agreement", "pl"), tmp_path).replace("\N{NO-BREAK SPACE}", " ")


def test_labels_of_a_language_that_the_tool_does_not_speak_are_english(tmp_path: Path) -> None:
    words = text_of(made(language="el", description=SCRIPTS["Greek"]), tmp_path)
    assert "Commitment to Quality" in words
    assert SCRIPTS["Greek"] in words


def test_amount_shows_its_working(tmp_path: Path) -> None:
    words = text_of(made("financial_agreement"), tmp_path)
    for fact in ("EUR 780.00", "EUR 390.00", "Yes, once", "fewer than 5 working days", "ES91 2100 0418 4502 0005 1332"):
        assert fact in words


def test_draft_says_so_on_every_page(tmp_path: Path) -> None:
    pdf = made(draft=True)
    pages = judged_by("pdftotext", pdf, tmp_path).split("\f")[:-1]
    assert all("Draft" in page for page in pages)
    assert "must not be signed" in pages[0]
    assert "Draft" not in text_of(made(), tmp_path)


def test_a_draft_shows_that_nobody_has_signed_and_a_frozen_text_has_a_frame_for_each(tmp_path: Path) -> None:
    assert text_of(made(draft=True), tmp_path).count("Not signed yet") == 4
    words = text_of(made(), tmp_path)
    assert "Not signed yet" not in words
    assert "Each party signs in its frame." in words


def test_virtual_exchange_has_no_place_and_no_distance(tmp_path: Path) -> None:
    words = text_of(made(format="virtual", place="", travel_days=None, distance_km=None), tmp_path)
    assert "Virtual exchange" in words
    assert "meets Tecelagem Ribeira Alta, Lda. online" in words
    assert "Distance" not in words


def test_kosovo_carries_its_footnote(tmp_path: Path) -> None:
    words = text_of(made("financial_agreement", host_country="XK"), tmp_path)
    assert "Kosovo*" in words
    assert "UNSCR 1244/1999" in words
    assert "UNSCR" not in text_of(made("financial_agreement"), tmp_path)


def test_character_without_a_letterform_becomes_a_square_and_the_document_says_so(tmp_path: Path) -> None:
    text = "Good meeting \N{GRINNING FACE} in \N{CJK UNIFIED IDEOGRAPH-65E5}"
    assert unprintable(text) == {"\N{GRINNING FACE}", "\N{CJK UNIFIED IDEOGRAPH-65E5}"}
    words = text_of(made(description=text), tmp_path)
    assert f"Good meeting {REPLACEMENT} in {REPLACEMENT}" in words
    assert "stands for a character" in words


def test_characters_that_print_nothing_are_left_out(tmp_path: Path) -> None:
    assert without_unseen("a\x07b\ufeffc\ue000d\x00") == "abcd"
    assert "one two" in text_of(made(description="one\x07\x00 two\ufeff\ue000"), tmp_path)


def test_long_words_and_empty_lists_do_not_break_a_document(tmp_path: Path) -> None:
    pdf = made(
        description="Donaudampfschifffahrtselektrizitätenhauptbetriebswerkbauunterbeamtengesellschaft" * 4,
        plan=[],
        outcomes=[],
        purposes=[],
        clauses=[],
    )
    assert "Tagged" in judged_by("pdfinfo", pdf, tmp_path)


def test_a_month_of_plan_is_all_printed(tmp_path: Path) -> None:
    days = [dt.date(2026, 4, 1) + dt.timedelta(days=number) for number in range(31)]
    plan = [
        {
            "day": day.isoformat(),
            "half": half,
            "activity": f"Step {day:%d} {half}",
            "place": "",
            "people": "",
            "result": "",
        }
        for day in days
        for half in ("morning", "afternoon")
    ]
    words = text_of(made(plan=plan), tmp_path)
    assert all(str(row["activity"]) in words for row in plan)
