"""How far back a list reaches, and when it goes on where the look before ended."""

from __future__ import annotations

from datetime import datetime

import pytest

from syndication.clock import BEIJING, read_declared, to_text
from syndication.items import Row
from syndication.reach import out_of_order, reaches_back_to
from syndication.store.recording import _overlaps

AT = datetime(2026, 3, 10, 2, 15, tzinfo=BEIJING)


def rows(*days):
    return [Row(f"http://portal.example/{n}", "样例", read_declared(day, "list")) for n, day in enumerate(days)]


LISTS = {
    # name: (days, reaches back to, out of order)
    "in order": (["2026-03-09", "2026-03-08", "2026-03-08", "2026-03-01"], "2026-03-08T16:00:00Z", False),
    "a row of the future": (["2027-01-01", *(f"2026-03-{day:02d}" for day in range(9, 0, -1))], "2026-03-03T16:00:00Z", False),
    "not in order": (["2026-03-01", "2026-03-09", "2026-02-01", "2026-03-08"], None, True),
    "without dates": ([None, None], None, False),
    "mostly without dates": (["2026-03-09", None, None, "2026-03-01"], None, False),
    "empty": ([], None, False),
}


@pytest.mark.parametrize("name", LISTS)
def test_reach(name):
    days, reach, disordered = LISTS[name]
    found = reaches_back_to(rows(*days), AT)
    assert (to_text(found) if found else None) == reach
    assert out_of_order(rows(*days), AT) is disordered


@pytest.mark.parametrize(
    ("previous", "present", "disordered", "overlap"),
    [
        (None, {1}, False, None),  # no look before
        (set(), {1}, False, None),
        ({1, 2, 3}, {0, 1, 2}, False, 1),
        ({1, 2, 3}, {0, 9}, False, 0),  # another list
        ({1, 2, 3}, {0, 1}, False, None),  # one row left: it may be pinned
        ({1}, {0, 1}, False, 1),
        ({1, 2, 3}, {0, 1, 2}, True, None),  # what is new may stand anywhere
        ({1, 2, 3}, {0, 9}, True, 0),
    ],
)
def test_overlap(previous, present, disordered, overlap):
    assert _overlaps(previous, present, disordered=disordered) == overlap
