"""An export as XLSX, for who opens lists in a spreadsheet: text stays text, numbers are numbers.

Facts of the world: a sheet holds 1,048,576 rows and not one more; xlsxwriter keeps a row at a time in memory only in its
constant_memory mode, into a temporary file, so the file is made whole before its first byte is sent.
"""

from __future__ import annotations

import tempfile
from typing import TYPE_CHECKING, Any

from datasette.utils.asgi import BadRequest  # type: ignore[import-untyped]  # Datasette ships no types
from xlsxwriter import Workbook

from syndication.store.reading import open_reader

if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import BinaryIO

    from syndication.publish.export import Export

MOST_ROWS = 1_048_575
AT_ONCE = 1 << 18
CONTENT_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
_OPTIONS = {
    "constant_memory": True, "strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False,
}  # fmt: skip
WIDTHS = {"title": 44, "page_url": 40, "release_url": 40, "portal_name": 22, "cause": 26, "flags": 18}
USUAL_WIDTH = 13


def workbook_chunks(export: Export) -> Iterator[bytes]:
    """The bytes of the file. Raises BadRequest for a list that does not fit into a sheet."""
    with tempfile.TemporaryFile() as file:
        _fill(export, file)
        file.seek(0)
        while chunk := file.read(AT_ONCE):
            yield chunk


def _fill(export: Export, file: BinaryIO) -> None:
    workbook = Workbook(file, _OPTIONS)
    connection = open_reader(export.path, any_thread=True)
    try:
        sheet = workbook.add_worksheet("清单")
        sheet.freeze_panes(1, 0)
        for place, column in enumerate(export.columns):
            sheet.set_column(place, place, WIDTHS.get(column.name, USUAL_WIDTH))
        bold = workbook.add_format({"bold": True})
        for place, heading in enumerate(export.headings()):
            sheet.write_string(0, place, heading, bold)
        number = 0
        for number, row in enumerate(export.told_rows(connection), 1):
            if number > MOST_ROWS:
                raise BadRequest(f"超过 {MOST_ROWS} 条，一张工作表放不下，请缩小范围或导出 CSV。")
            _write_row(sheet, number, row)
        sheet.autofilter(0, 0, number, len(export.columns) - 1)
    finally:
        connection.close()
        workbook.close()


def _write_row(sheet: Any, number: int, row: list[Any]) -> None:
    for place, value in enumerate(row):
        if isinstance(value, str):
            if value:
                sheet.write_string(number, place, value[:32767])
        elif value is not None:
            sheet.write_number(number, place, value)
