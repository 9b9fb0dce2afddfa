"""Cells of CSV files that people open in a spreadsheet.

Facts of the world: Excel reads UTF-8 only behind a byte order mark, and takes a cell that begins with `= + - @`, a
tab or a return for a formula, also in their full-width forms on East Asian systems (OWASP, CSV injection). A leading
apostrophe makes it text. Numbers are not touched: a minus belongs to them.
"""

from __future__ import annotations

import re

BOM = "\N{ZERO WIDTH NO-BREAK SPACE}"
"""What a CSV file for spreadsheets begins with."""

_FORMULA = re.compile(r"\s*[=+\-@＝＋－＠]|[\t\r\n]")

Cell = str | int | float | None


def safe(value: Cell) -> Cell:
    """The value as a cell that no spreadsheet takes for a formula."""
    if isinstance(value, str) and _FORMULA.match(value):
        return "'" + value
    return value
