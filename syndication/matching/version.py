"""Two editions of one law: what the dated lines under the title say.

Facts of the world: an amended version repeats the title and most of the text; the list of acts under the title grows by
a line. A page that shows the list with a later amendment, or goes on to the text without the last one, is another
edition, unless the page leaves out sentences everywhere.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from rapidfuzz import fuzz

from syndication.matching.figures import LEAVES_OUT
from syndication.matching.marks import read_acts, read_amendments

if TYPE_CHECKING:
    from collections.abc import Iterable

    from syndication.matching.alignment import Blocks
    from syndication.text import NormalText

_HEAD = 4000         # normal characters in which the list of acts stands
_READ_ON = 40        # characters of the page's copy behind the list, before what it lacks counts as lacking
_MISREAD = 89         # partial likeness of a written day with one wrong character
_SHOWN, _LACKED = 0.7, 0.45  # shares of a line

Day = tuple[int, int, int]


@dataclass(frozen=True)
class Edition:
    """A release's acts: each day with the normal span of its line, in order; and all days of amendments in its head."""

    days: tuple[Day, ...]
    spans: tuple[tuple[int, int], ...]
    amends: tuple[bool, ...]
    amendments: frozenset[Day]


def edition_of(text: NormalText) -> Edition:
    """Reads the list of acts from a release."""
    acts = read_acts(text.raw)
    spans = [tuple(np.searchsorted(text.offsets, (act.start, act.end)).tolist()) for act in acts]
    return Edition(tuple(a.day for a in acts), tuple((s[0], s[1]) for s in spans), tuple(a.amends for a in acts),
                   read_amendments(text.string(0, _HEAD)))


def version_conflict(edition: Edition, carried: Blocks, page: NormalText, left_out: int, *, noisy: bool) -> str:
    """Why the page shows another edition (`later 2023-07-20`, `lacks 2022-03-29`); empty if it does not.

    Args:
        edition: the release's acts.
        carried: the chain of agreeing blocks.
        page: the page.
        left_out: whole sentences that the page leaves out.
        noisy: the page has wrong characters everywhere; a day with one of them is still shown.
    """
    if not edition.days or not len(carried):
        return ""
    later = _later(edition, carried, page)
    if later:
        return later
    lacked = _lacks(edition, carried, left_out)
    if not lacked or (noisy and _misread(lacked, page.string(0, _HEAD))):
        return ""
    return f"lacks {_iso(lacked)}"


def _later(edition: Edition, carried: Blocks, page: NormalText) -> str:
    head = carried.starts < edition.spans[-1][1] + 200
    if not head.any():
        return ""
    places = (carried.starts + carried.shifts)[head]
    first = max(0, int(places.min()) - 40)
    shown = read_amendments(page.string(first, int(places.max()) + 2000))
    known = {*edition.days, *edition.amendments}
    later = [day for day in shown if day > max(known) and not _near(day, known)]
    return f"later {_iso(max(later))}" if later else ""


def _lacks(edition: Edition, carried: Blocks, left_out: int) -> Day | None:
    amendments = [i for i, amends in enumerate(edition.amends) if amends]
    if not amendments or left_out >= LEAVES_OUT:
        return None
    shares = [_share(span, carried) for span in edition.spans]
    last = amendments[-1]
    behind = int(np.clip(carried.ends - np.maximum(carried.starts, edition.spans[-1][1]), 0, None).sum())
    others = [share for i, share in enumerate(shares) if i != last]
    if shares[last] < _LACKED and behind >= _READ_ON and others and max(others) >= _SHOWN:
        return edition.days[last]
    return None


def _misread(day: Day, head: str) -> bool:
    return fuzz.partial_ratio(f"{day[0]}年{day[1]}月{day[2]}日", head) >= _MISREAD


def _share(span: tuple[int, int], carried: Blocks) -> float:
    start, end = span
    shown = np.minimum(carried.ends, end) - np.maximum(carried.starts, start)
    return float(np.clip(shown, 0, None).sum()) / max(1, end - start)


def _near(day: Day, days: Iterable[Day]) -> bool:
    """Whether a day is among others, a misread digit aside."""
    digits = _iso(day)
    return any(sum(a != b for a, b in zip(digits, _iso(other), strict=True)) <= 1 for other in days)


def _iso(day: Day) -> str:
    return f"{day[0]:04d}-{day[1]:02d}-{day[2]:02d}"
