"""All annexes as one XLSX file: a sheet each, text as text, numbers as numbers, the header frozen and repeated in print.

Facts of the world: a spreadsheet turns text that looks like a formula, a number or an address into one unless it is
written as a string; rows are written one by one and not held (`constant_memory`). A cell holds 32,767 characters at most.
Not every program makes a row as high as its wrapped text, so the height is told.
"""

from __future__ import annotations

import re
import unicodedata
from math import ceil
from typing import TYPE_CHECKING

import xlsxwriter
from xlsxwriter.exceptions import FileCreateError

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime
    from pathlib import Path

    from syndication.cells import Cell
    from syndication.notice_documents.annexes import Annex

FONT = "宋体"
LONGEST = 32767
LINE_HEIGHT, HIGHEST = 15, 405
"""Points."""
CUT = "……（过长，全文见 CSV）"
ABOUT = "说明"
_PIECES = re.compile(r"[!-~]*?[/ ]|[!-~]+|.", re.DOTALL)
"""What a line is not broken in."""
A3, A4 = 8, 9
WIDEST_ON_A4 = 170
"""Characters; a wider sheet would be printed too small to read."""


def write_workbook(
    about: Sequence[tuple[str, str]], annexes: Sequence[Annex], number: str, made_at: datetime, target: Path
) -> None:
    """Writes a sheet `说明` of names and values, then the annexes; `made_at` becomes the file's date.

    Each sheet is printed under its name and the notice's number.

    Raises OSError where it cannot be written.
    """
    try:
        _write(about, annexes, number, made_at, target)
    except FileCreateError as fault:  # the library's own class around the system's error
        cause = fault.args[0]
        raise cause if isinstance(cause, OSError) else fault from None


def _write(
    about: Sequence[tuple[str, str]], annexes: Sequence[Annex], notice: str, made_at: datetime, target: Path
) -> None:
    options = {
        "constant_memory": True, "strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False,
    }  # fmt: skip
    with xlsxwriter.Workbook(str(target), options) as book:
        book.set_properties({"created": made_at.replace(tzinfo=None), "author": "", "title": "通报附件"})
        look = {"font_name": FONT, "font_size": 11, "valign": "top", "border": 1}
        head = book.add_format({**look, "bold": True, "bg_color": "#E7E6E6", "text_wrap": True, "align": "center"})
        text = book.add_format({**look, "text_wrap": True, "num_format": "@"})
        look["align"] = "center"
        number, share = book.add_format({**look}), book.add_format({**look, "num_format": "0.0"})
        looks = (head, text, number, share)
        _write_sheet(book.add_worksheet(ABOUT), ("项目", "内容"), (24, 90), about, looks, _printed(ABOUT, notice))
        for place, annex in enumerate(annexes, 1):
            above = _printed(f"附件{place}　{annex.name}", notice)
            _write_sheet(book.add_worksheet(annex.name), annex.headers, annex.widths, annex.rows, looks, above)


def _printed(title: str, notice: str) -> str:
    """What stands above each printed page, in the library's marks for left and right."""
    return f"&L{title}&R通报 {notice}（草稿）"


def _write_sheet(
    sheet: xlsxwriter.worksheet.Worksheet, headers: Sequence[str], widths: Sequence[int], rows: Sequence[Sequence[Cell]],
    looks: tuple[object, object, object, object], above: str,
) -> None:  # fmt: skip
    head, text, number, share = looks
    sheet.freeze_panes(1, 0)
    sheet.repeat_rows(0)
    sheet.set_landscape()
    sheet.set_paper(A3 if sum(widths) > WIDEST_ON_A4 else A4)
    sheet.fit_to_pages(1, 0)
    sheet.set_header(above)
    sheet.set_footer("&C第 &P 页，共 &N 页")
    for column, width in enumerate(widths):
        sheet.set_column(column, column, width)
    sheet.set_row(0, _height(headers, widths))
    for column, header in enumerate(headers):
        sheet.write_string(0, column, header, head)
    for line, row in enumerate(rows, 1):
        sheet.set_row(line, _height(row, widths))
        for column, cell in enumerate(row):
            if cell is None:
                sheet.write_blank(line, column, None, text)
            elif isinstance(cell, str):
                sheet.write_string(line, column, cell if len(cell) <= LONGEST else cell[: LONGEST - len(CUT)] + CUT, text)
            else:
                sheet.write_number(line, column, cell, share if isinstance(cell, float) else number)
    sheet.autofilter(0, 0, max(len(rows), 1), len(headers) - 1)


def _height(row: Sequence[Cell], widths: Sequence[int]) -> int:
    """Points for the cell of the row that needs most lines; a line is broken a little before its end."""
    lines = max((_lines(cell, width - 2) for cell, width in zip(row, widths, strict=True) if isinstance(cell, str)), default=1)
    return min(lines * LINE_HEIGHT, HIGHEST)


def _lines(text: str, room: int) -> int:
    """How many lines a text takes: Chinese breaks anywhere, an address behind a slash, and what is too long where it must."""
    lines, used = 1, 0
    for piece in _PIECES.findall(text[:LONGEST]):
        width = _width(piece)
        if used and used + width > room:
            lines, used = lines + 1, 0
        lines += max(ceil(width / room) - 1, 0)
        used = (used + width - 1) % room + 1
    return lines


def _width(text: str) -> int:
    """In columns: a Chinese character takes two."""
    return sum(2 if unicodedata.east_asian_width(char) in "WF" else 1 for char in text)
