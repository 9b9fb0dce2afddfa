"""How far back a list reaches: since when all that was posted surely stands in it.

Facts of the world (page-facts): some lists are not in the order of their dates, some hold rows that a template left over,
some have pinned rows on top, and a day is often all that a row prints.
"""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from syndication.items import Row

ORDERED_SHARE = 0.9
"""Share of rows that must bear a date, and of neighbours that must stand in order, for a list to prove its reach."""


def reaches_back_to(rows: Sequence[Row], looked_at: datetime) -> datetime | None:
    """The time since which a list is surely whole: the end of its oldest printed time; None where it cannot be told.

    Args:
        rows: the rows that are not pinned, in the list's order.
        looked_at: rows dated after it (left-over rows of a template) tell nothing.

    A list that does not stand in the order of its dates reaches back to nothing: what is new may stand on another page.
    """
    latest = _printed(rows, looked_at)
    if len(latest) < max(1, ORDERED_SHARE * len(rows)) or out_of_order(rows, looked_at):
        return None
    return max(latest[-3:])


def out_of_order(rows: Sequence[Row], looked_at: datetime) -> bool:
    """Whether the printed times contradict an order by time: then what is new may stand anywhere, on any page."""
    latest = _printed(rows, looked_at)
    falling = sum(later <= earlier for earlier, later in pairwise(latest))
    return falling < ORDERED_SHARE * (len(latest) - 1)


def _printed(rows: Sequence[Row], looked_at: datetime) -> list[datetime]:
    return [row.declared.interval.latest for row in rows if row.declared and row.declared.interval.earliest <= looked_at]
