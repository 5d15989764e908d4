"""Rows as a file that a spreadsheet opens, with nothing in it that the spreadsheet would carry out."""

import csv
from collections.abc import Iterable, Iterator

from django.http import StreamingHttpResponse

BEGINS_A_FORMULA = ("=", "+", "-", "@", "\t", "\r")
BYTE_ORDER_MARK = "\ufeff"


class _Echo:
    """Hands each written line on instead of keeping it."""

    def write(self, line: str) -> str:
        return line


def plain_cell(text: object) -> str:
    """Give the text of a cell so that no spreadsheet takes it for a formula."""
    written = str(text)
    return f"'{written}" if written.startswith(BEGINS_A_FORMULA) else written


def csv_lines(header: Iterable[str], rows: Iterable[Iterable[object]]) -> Iterator[str]:
    """Give the lines of the file, with the mark by which spreadsheets know UTF-8."""
    writer = csv.writer(_Echo())
    yield BYTE_ORDER_MARK + writer.writerow([plain_cell(one) for one in header])
    for row in rows:
        yield writer.writerow([plain_cell(one) for one in row])


def csv_response(name: str, header: Iterable[str], rows: Iterable[Iterable[object]]) -> StreamingHttpResponse:
    """Answer with the rows as a file to be kept."""
    return StreamingHttpResponse(
        csv_lines(header, rows),
        content_type="text/csv; charset=utf-8",
        headers={"Content-Disposition": f'attachment; filename="{name}"'},
    )
