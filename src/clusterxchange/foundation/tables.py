"""Lists that people bring as a file: CSV or XLSX, read as plain text, with nothing in them carried out."""

import codecs
import csv
import io
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from lxml import etree  # type: ignore[import-untyped]  # -- the package brings no types

from clusterxchange.foundation.files import FileRefused

LARGEST = 1024 * 1024
LARGEST_UNPACKED = 20 * 1024 * 1024
MOST_ROWS, MOST_COLUMNS, LONGEST_CELL = 500, 60, 5000
SEPARATORS = ";,\t"
ZIP_BEGINS = b"PK\x03\x04"
OLD_EXCEL_BEGINS = b"\xd0\xcf\x11\xe0"
NAMES = {"m": "http://schemas.openxmlformats.org/spreadsheetml/2006/main"}
MAIN = f"{{{NAMES['m']}}}"
# What stands for a cell that a workbook computes; its text could not be trusted anyway.
FORMULA = "=formula"
# A telephone number begins with a plus sign, and is no formula.
OF_A_NUMBER = frozenset("+-0123456789().,/ \u00a0")


@dataclass(frozen=True)
class Table:
    """The rows of a file with their numbers in it, and how it was read."""

    header: list[str]
    rows: list[tuple[int, list[str]]]
    reading: dict[str, str] = field(default_factory=dict)


def is_formula(cell: str) -> bool:
    """Whether a spreadsheet would carry out what stands in a cell."""
    if cell[:1] in {"=", "@"}:
        return True
    return cell[:1] in {"+", "-"} and not set(cell) <= OF_A_NUMBER


def read_table(content: bytes) -> Table:
    """Read the first sheet or the whole file; rows without anything in them and remarks (#) are left out.

    :raises FileRefused: file_empty, file_too_large, table_has_no_rows, table_has_too_many_rows, table_is_wider,
        file_is_no_table.
    """
    if not content.strip():
        raise FileRefused("file_empty")
    if len(content) > LARGEST:
        raise FileRefused("file_too_large")
    if content.startswith(ZIP_BEGINS):
        return _table(_cells_of_workbook(content), {"format": "xlsx"})
    if content.startswith(OLD_EXCEL_BEGINS):
        raise FileRefused("file_is_no_table")
    text, encoding = _decoded(content)
    first = next((line for line in text.splitlines() if line.strip() and not line.startswith("#")), "")
    separator = max(SEPARATORS, key=first.count)
    try:
        lines = list(csv.reader(io.StringIO(text, newline=""), delimiter=separator, strict=False))
    except csv.Error:
        raise FileRefused("file_is_no_table") from None
    reading = {"format": "csv", "encoding": encoding, "separator": "tab" if separator == "\t" else separator}
    return _table(enumerate(lines, start=1), reading)


def _decoded(content: bytes) -> tuple[str, str]:
    for mark, name, encoding in (
        (codecs.BOM_UTF8, "UTF-8", "utf-8-sig"),
        (codecs.BOM_UTF16_LE, "UTF-16", "utf-16"),
        (codecs.BOM_UTF16_BE, "UTF-16", "utf-16"),
    ):
        if content.startswith(mark):
            return _without_nul(content, encoding), name
    try:
        return _without_nul(content, "utf-8"), "UTF-8"
    except UnicodeDecodeError:
        return _without_nul(content, "cp1250"), "Windows-1250"


def _without_nul(content: bytes, encoding: str) -> str:
    try:
        text = content.decode(encoding)
    except UnicodeDecodeError:
        if encoding == "utf-8":
            raise
        raise FileRefused("file_is_no_table") from None
    if "\x00" in text:
        raise FileRefused("file_is_no_table")
    return text


def _table(lines: Any, reading: dict[str, str]) -> Table:  # noqa: ANN401 -- pairs of number and cells
    header: list[str] = []
    rows: list[tuple[int, list[str]]] = []
    for number, given in lines:
        cells = [cell.strip()[:LONGEST_CELL] for cell in given]
        if not any(cells) or cells[0].startswith("#"):
            continue
        if len(cells) > MOST_COLUMNS and any(cells[MOST_COLUMNS:]):
            raise FileRefused("table_is_too_wide")
        if not header:
            header = cells
        elif len(rows) == MOST_ROWS:
            raise FileRefused("table_has_too_many_rows")
        else:
            rows.append((number, cells))
    if not rows:
        raise FileRefused("table_has_no_rows")
    return Table(header, rows, reading)


def _cells_of_workbook(content: bytes) -> Iterator[tuple[int, list[str]]]:
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as workbook:
            if sum(one.file_size for one in workbook.infolist()) > LARGEST_UNPACKED:
                raise FileRefused("file_too_large")
            names = set(workbook.namelist())
            if any("vbaProject" in name for name in names):
                raise FileRefused("file_is_no_table")
            sheets = sorted(name for name in names if name.startswith("xl/worksheets/sheet") and name.endswith(".xml"))
            if not sheets:
                raise FileRefused("file_is_no_table")
            first = "xl/worksheets/sheet1.xml" if "xl/worksheets/sheet1.xml" in names else sheets[0]
            shared = _shared_strings(workbook) if "xl/sharedStrings.xml" in names else []
            sheet = _tree(workbook.read(first))
    except (zipfile.BadZipFile, etree.XMLSyntaxError, NotImplementedError, RuntimeError, KeyError):
        raise FileRefused("file_is_no_table") from None
    for place, row in enumerate(sheet.iterfind(".//m:sheetData/m:row", NAMES), start=1):
        cells: dict[int, str] = {}
        for cell in row.iterfind("m:c", NAMES):
            column = _column_of(cell.get("r") or "", len(cells))
            if column < MOST_COLUMNS * 2:
                cells[column] = _text_of(cell, shared)
        number = row.get("r") or ""
        yield (
            int(number) if number.isdigit() else place,
            [cells.get(at, "") for at in range(max(cells, default=-1) + 1)],
        )


def _tree(content: bytes) -> Any:  # noqa: ANN401 -- lxml brings no types
    # Neither entities nor anything from outside: a file of somebody else is read.
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False)
    tree = etree.fromstring(content, parser)
    if tree.getroottree().docinfo.doctype:
        raise FileRefused("file_is_no_table")
    return tree


def _shared_strings(workbook: zipfile.ZipFile) -> list[str]:
    tree = _tree(workbook.read("xl/sharedStrings.xml"))
    return ["".join(part.text or "" for part in one.iter(f"{MAIN}t")) for one in tree.iterfind("m:si", NAMES)]


def _text_of(cell: Any, shared: list[str]) -> str:  # noqa: ANN401 -- as above
    if cell.find("m:f", NAMES) is not None:
        return FORMULA
    if cell.get("t") == "inlineStr":
        return "".join(part.text or "" for part in cell.iter(f"{MAIN}t"))
    written = cell.find("m:v", NAMES)
    text = str(written.text or "") if written is not None else ""
    if cell.get("t") == "s":
        return shared[int(text)] if text.isdigit() and int(text) < len(shared) else ""
    if cell.get("t") == "b":
        return {"1": "yes", "0": "no"}.get(text, text)
    return text.removesuffix(".0")


def _column_of(place: str, otherwise: int) -> int:
    letters = place.rstrip("0123456789")
    if not letters.isascii() or not letters.isalpha() or len(letters) > 3:  # noqa: PLR2004 -- XFD is the last column
        return otherwise
    number = 0
    for letter in letters.upper():
        number = number * 26 + ord(letter) - ord("A") + 1
    return number - 1
