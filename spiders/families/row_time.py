"""The texts of a row that are not titles, and the time that they print.

Facts (page-facts "Lists"): the date of a row stands after its nested list of interpretations, in a cell of its table, in
the link itself, or beside the link where rows are flat; flat rows print it before or after the link.
"""

from __future__ import annotations

import re
from itertools import islice
from typing import TYPE_CHECKING

from .parts import NESTING, is_beside
from .printed import date_in_address, date_in_texts
from .table import dates_column
from .tree import squeeze, walk

if TYPE_CHECKING:
    from collections.abc import Collection
    from datetime import datetime

    from lxml.etree import _Element as Element

    from syndication.clock import Declared

    from .tree import Link

MOST_TEXTS = 80
"""A row with more texts is a part of the page, not an item."""
_DATE_AT_END = re.compile(
    r"[\[\(（【]?\d{4}\s*[-/.年]\s*\d{1,2}\s*[-/.月]\s*\d{1,2}\s*日?(?:\s*\d{1,2}:\d{2}(?::\d{2})?)?\s*[\]\)）】]?$"
)


def time_of_row(
    row: Element, link: Link, rows: Collection[Element], looked_at: datetime | None, *, before: bool
) -> Declared | None:
    """The time that a row prints, else the day in its address.

    Args:
        row: the row's element.
        link: the link that is the item.
        rows: all rows of the list, where the texts beside a row end.
        looked_at: the moment of the look, for dates without a year.
        before: whether flat rows print the date in front of the link.
    """
    column = dates_column(row)
    if column is not None:
        texts = [squeeze(text) for _, text in walk(column, set()) if text.strip()]
        declared = date_in_texts(texts, looked_at)
        if declared:
            return declared
    return (
        date_in_texts(_texts_in(row, link), looked_at)
        or date_in_texts(_texts_beside(row, rows, before=before), looked_at)
        or date_in_address(link.url, looked_at)
    )


def dates_stand_before(row_elements: list[Element], rows: Collection[Element]) -> bool:
    """Whether flat rows print `date, link` and not `link, date`: told by the first row and the last."""
    first, last = row_elements[0], row_elements[-1]
    return (
        date_in_texts(_texts_beside(first, rows, before=True), None) is not None
        and date_in_texts(_texts_beside(last, rows, before=False), None) is None
    )


def _texts_in(row: Element, link: Link) -> list[str]:
    """The texts of a row that are neither titles nor of nested lists; of the item's own link only a date."""
    left_out = {link.element}
    for node in row.iter():
        if node is row or not isinstance(node.tag, str):
            continue
        if (node.tag in NESTING or is_beside(node)) and next(node.iter("a"), None) is not None:
            if not any(part is link.element for part in node.iter("a")):
                left_out.add(node)
        elif node.tag == "a":
            left_out.add(node)
    texts = [squeeze(text) for _, text in islice(walk(row, left_out), MOST_TEXTS)]
    inside = [squeeze(text) for _, text in islice(walk(link.element, set()), MOST_TEXTS)]
    inside_dates = [found[0] for text in inside if (found := _DATE_AT_END.search(text))]
    return [text for text in [*texts, *inside_dates] if text]


def _texts_beside(row: Element, rows: Collection[Element], *, before: bool) -> list[str]:
    """The texts between a row and the next (or the one before) where they stand as brothers, not inside."""
    texts: list[str] = []
    if not before and row.tail and row.tail.strip():
        texts.append(squeeze(row.tail))
    for brother in islice(row.itersiblings(preceding=before), 4):
        if before and brother.tail and brother.tail.strip():
            texts.append(squeeze(brother.tail))
        if brother in rows or next(brother.iter("a"), None) is not None:
            break
        texts.extend(squeeze(text) for _, text in islice(walk(brother, set()), 8) if text.strip())
        if not before and brother.tail and brother.tail.strip():
            texts.append(squeeze(brother.tail))
    return texts
