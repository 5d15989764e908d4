"""Rows as a file that a spreadsheet opens, with nothing in it that the spreadsheet would carry out."""

import csv
import tempfile
from collections.abc import Iterable, Iterator
from typing import IO

import xlsxwriter
from django.http import FileResponse, Http404, HttpRequest, HttpResponseBase, StreamingHttpResponse

# Signs of full width as well: some programs read them like those of ASCII.
BEGINS_A_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
BYTE_ORDER_MARK = "\ufeff"
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
LARGEST_IN_MEMORY = 1024 * 1024


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


def xlsx_file(header: Iterable[str], rows: Iterable[Iterable[object]]) -> IO[bytes]:
    """Write the rows as a workbook of one sheet; numbers stay numbers, everything else is text.

    One row is held at a time, so that a long list takes no more memory than a short one.
    """
    target = tempfile.SpooledTemporaryFile(max_size=LARGEST_IN_MEMORY)  # noqa: SIM115 -- whoever sends it closes it
    book = xlsxwriter.Workbook(
        target, {"constant_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    )
    sheet = book.add_worksheet()
    strong = book.add_format({"bold": True})
    for column, text in enumerate(header):
        sheet.write_string(0, column, str(text), strong)
    for number, row in enumerate(rows, start=1):
        for column, cell in enumerate(row):
            if isinstance(cell, int | float) and not isinstance(cell, bool):
                sheet.write_number(number, column, cell)
            else:
                sheet.write_string(number, column, plain_cell(cell))
    book.close()
    target.seek(0)
    return target


def xlsx_response(name: str, header: Iterable[str], rows: Iterable[Iterable[object]]) -> FileResponse:
    """Answer with the rows as a workbook to be kept."""
    return FileResponse(xlsx_file(header, rows), as_attachment=True, filename=name, content_type=XLSX)


RESPOND = {"csv": csv_response, "xlsx": xlsx_response}


def list_response(name: str, form: str, header: Iterable[str], rows: Iterable[Iterable[object]]) -> HttpResponseBase:
    """Answer with the rows in the form that was asked for: csv or xlsx."""
    return RESPOND[form](f"{name}.{form}", header, rows)


def form_asked_for(request: HttpRequest) -> str:
    """Give the form of file that `as` in an address asks for; empty where it asks for the page itself.

    :raises Http404: for a form in which there is nothing.
    """
    form = request.GET.get("as", "")
    if form and form not in RESPOND:
        raise Http404
    return form


def file_addresses(query: str) -> dict[str, str]:
    """Give the address of a page's rows as a file in each form, with what the page was narrowed by."""
    return {form: f"?{query}&as={form}" if query else f"?as={form}" for form in RESPOND}
