"""Rows that stand above newer ones: pinned items, which tell nothing about how far back a list reaches.

Fact: Hebei's list begins with an article of 2024 above those of 2026 (page-facts "Lists").
"""

from __future__ import annotations

from bisect import bisect_right
from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime

    from syndication.items import Row


def with_pins(rows: Iterable[Row], looked_at: datetime | None) -> tuple[Row, ...]:
    """The rows, those flagged that do not belong to the longest run of falling dates and have a newer one of it below.

    Rows without a date and rows dated after the look take no part. Where the run is less than half of the list, the
    list is not in the order of its dates, and no row is pinned.
    """
    found = list(rows)
    horizon = looked_at + timedelta(days=1) if looked_at else None
    dated = [
        (place, row.declared.interval.earliest.timestamp())
        for place, row in enumerate(found)
        if row.declared and (horizon is None or row.declared.interval.earliest <= horizon)
    ]
    run = _longest_falling([moment for _, moment in dated])
    if 2 * len(run) < len(dated):
        return tuple(found)
    newest_below = float("-inf")
    for index in reversed(range(len(dated))):
        place, moment = dated[index]
        if index in run:
            newest_below = max(newest_below, moment)
        elif moment < newest_below:
            found[place] = replace(found[place], pinned=True)
    return tuple(found)


def _longest_falling(moments: list[float]) -> set[int]:
    """The places of a longest run that never rises (patience sorting); of several the one with the newest moments."""
    tails: list[float] = []
    ends: list[int] = []
    before: list[int] = []
    for index, moment in enumerate(moments):
        length = bisect_right(tails, -moment)
        before.append(ends[length - 1] if length else -1)
        if length == len(tails):
            tails.append(-moment)
            ends.append(index)
        else:
            tails[length], ends[length] = -moment, index
    run: set[int] = set()
    index = ends[-1] if ends else -1
    while index >= 0:
        run.add(index)
        index = before[index]
    return run
