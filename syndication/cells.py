"""Cells of CSV files that people open in a spreadsheet.

Facts of the world: Excel reads UTF-8 only behind a byte order mark, and takes a cell that begins with `= + - @`, a
tab or a return for a formula, also in their full-width forms on East Asian systems (OWASP, CSV injection), and programs
drop characters that cannot be seen (a byte order mark, a zero width space) before they look. A leading apostrophe makes it
text. Numbers are not touched: a minus belongs to them.
"""

from __future__ import annotations

import re

BOM = "\N{ZERO WIDTH NO-BREAK SPACE}"
"""What a CSV file for spreadsheets begins with."""

_UNSEEN = (
    r"\s\x00-\x1f\x7f-\x9f\xad\u034f\u0600-\u0605\u061c\u06dd\u070f\u0890\u0891\u08e2\u115f\u1160\u17b4\u17b5\u180b-\u180f"
    r"\u200b-\u200f\u2028-\u202e\u2060-\u206f\u2800\u3164\ufe00-\ufe0f\ufeff\uffa0\ufff0-\ufffb"
    r"\U000110bd\U000110cd\U00013430-\U0001343f\U0001bca0-\U0001bca3\U0001d173-\U0001d17a\U000e0000-\U000e0fff"
)
"""Controls, spaces, formatting characters, and what Unicode says may be left out when text is shown."""
_FORMULA = re.compile(rf"[{_UNSEEN}]*[=+\-@＝＋－＠]|[\t\r\n]")

Cell = str | int | float | None


def safe(value: Cell) -> Cell:
    """The value as a cell that no spreadsheet takes for a formula."""
    if isinstance(value, str) and _FORMULA.match(value):
        return "'" + value
    return value
