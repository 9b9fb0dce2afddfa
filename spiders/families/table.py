"""The column of a table with the date of publication, told by the head: 标题 | 文号 | 成文日期 | 发布日期."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from .tree import text_of

if TYPE_CHECKING:
    from lxml.etree import _Element as Element

_PUBLISHED = re.compile(r"(?:发布|公开|更新|上网)(?:时间|日期)|^(?:时间|日期)$")


def dates_column(row: Element) -> Element | None:
    """The cell of a table row that stands under 发布日期, or None where the table has no such head."""
    if row.tag != "tr":
        return None
    table = next(row.iterancestors("table"), None)
    if table is None:
        return None
    head = next(table.iter("tr"), None)
    if head is None or head is row or next(head.iter("a"), None) is not None:
        return None
    names = [text_of(cell) for cell in head if cell.tag in {"th", "td"}]
    cells = [cell for cell in row if cell.tag in {"th", "td"}]
    for place, name in enumerate(names):
        if _PUBLISHED.search(name) and len(cells) == len(names):
            return cells[place]
    return None
