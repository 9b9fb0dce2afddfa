"""The second sight: what a carried page says when it is looked at again, after a night, a week and a month.

Pure. Facts of the world: pages vanish behind a 404, behind an error text sent with status 200, or behind the home page
(which some sites also send after a burst of requests); templates change around a text that stays. So a page counts as
withdrawn or altered only when two looks some hours apart say so, and only the release's own text counts, never the
furniture around it: a corrected slip, a new view counter or a new template is no alteration.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

import numpy as np

from syndication.challenge import home_instead_of_article
from syndication.glossary import Finding, Flag
from syndication.matching.alignment import AnchoredPage, AnchoredRelease, align, chain, page_cover
from syndication.matching.differences import differences
from syndication.text import normalise

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime

    from numpy.typing import NDArray

    from syndication.items import Page
    from syndication.text import NormalText

APART = timedelta(hours=6)
"""Two looks at least this far apart must find the same before a portal is told that it withdrew or altered a page."""
EARLY = timedelta(hours=3)
"""Nights do not begin to the minute: a look so much before its day is up counts for it."""
OPEN = timedelta(days=5)
"""A look that could not be done on its day is tried again for so long."""
READ_AT_MOST = 400_000  # raw characters of a text
LOST = 0.5  # share of the carried text; a page that holds less of it no longer carries it
CHANCE = 4  # characters of the carried text that a fragment must hold: fewer agree with a release by chance
LEAST_ADDED = 16  # characters of a whole line or sentence that came in: shorter ones are furniture
MOST_CHANGES = 12
LONGEST_FRAGMENT = 160  # raw characters
AROUND = 8  # characters shown on both sides of a fragment

_GONE = re.compile(
    r"(?:页面|网页|文章|信息|内容|稿件|文件).{0,6}?(?:不存在|不见了|(?:已|被|已经|已被)(?:删除|撤销|撤下|撤稿|下线|移除|失效)"
    r"|找不到|无法找到|未找到)|(?:找不到|未找到|没有找到|无法找到).{0,8}?(?:页面|网页|文章|信息|内容|文件)|"
    r"404\s*(?:错误|not\s+found|页面)|page\s+not\s+found",
    re.IGNORECASE,
)
_LONGEST_NOTICE = 60  # characters of a line that says that the page is gone


@dataclass(frozen=True)
class Seen:
    """One second look at a posting: when, and what it found."""

    at: datetime
    finding: Finding


@dataclass(frozen=True)
class Change:
    """A place where the carried text changed: `kind` is changed, cut or added; both sides with a little around them."""

    kind: str
    before: str
    after: str


@dataclass(frozen=True)
class Comparison:
    """What is left of the carried text (0..1) and how it changed. `carried` counts its characters."""

    carried: int
    left: float
    changes: tuple[Change, ...]


def due(first_seen: datetime, seen: Sequence[Seen], days: Sequence[int], now: datetime) -> str:
    """Which look is due: `confirm` what the last one found, `day 7`; empty if none.

    `seen` are the second looks so far, oldest first; `days` are counted from the first sight.
    """
    told = [look for look in seen if look.finding is not Finding.UNSEEN]
    if told and told[-1].finding in {Finding.GONE, Finding.ALTERED}:
        begun = _run_of(told, told[-1].finding)[0]
        if told[-1].at - begun < APART and APART <= now - told[-1].at < OPEN:
            return "confirm"
    for day in sorted(days, reverse=True):
        opens = first_seen + timedelta(days=day) - EARLY
        if now >= opens:
            done = now >= opens + OPEN or any(look.at >= opens for look in told)
            return "" if done else f"day {day}"
    return ""


def proven(seen: Sequence[Seen]) -> Mapping[Flag, tuple[datetime, datetime]]:
    """The flags that second looks prove together, each with the first and last look that found it without a break.

    A page that is there again is not withdrawn; one that reads as before is not altered.
    """
    told = [look for look in seen if look.finding is not Finding.UNSEEN]
    there = [look for look in told if look.finding is not Finding.GONE]
    found = {}
    for flag, finding, looks in ((Flag.WITHDRAWN, Finding.GONE, told), (Flag.ALTERED, Finding.ALTERED, there)):
        run = _run_of(looks, finding)
        if run and run[-1] - run[0] >= APART:
            found[flag] = (run[0], run[-1])
    return found


def _run_of(looks: Sequence[Seen], finding: Finding) -> list[datetime]:
    """The times of the looks at the end that found this, oldest first."""
    run: list[datetime] = []
    for look in reversed(looks):
        if look.finding is not finding:
            break
        run.insert(0, look.at)
    return run


def gone(status: int, page: Page | None, lines: Sequence[str], asked_url: str) -> str:
    """Why a page looks withdrawn, judged by itself: its status, the home page or an error text in its place; or empty.

    `page` is None where the answer could not be decoded, `lines` are its visible lines.
    """
    if status in {404, 410}:
        return f"HTTP {status}"
    if page is None:
        return ""
    if home_instead_of_article(page, asked_url):
        return "home page"
    notice = next((line for line in lines if len(line) <= _LONGEST_NOTICE and _GONE.search(line)), "")
    return f"error text: {notice}" if notice else ""


def judge_look(reason_gone: str, readable: bool, comparison: Comparison) -> Finding:
    """What one look found.

    `readable`: an article stands on the page. A page without one that lacks the text, and does not say that it is gone,
    may be a challenge or a template that is filled by scripts: nothing is said of it.
    """
    if not comparison.carried:  # it led on to www.gov.cn, or bore the title alone
        return Finding.GONE if reason_gone else Finding.SAME if readable else Finding.UNSEEN
    if reason_gone and comparison.left < LOST:
        return Finding.GONE
    if not readable and comparison.left < LOST:
        return Finding.UNSEEN
    return Finding.ALTERED if comparison.changes else Finding.SAME


def compare(before: str, carried: Sequence[str], page: str) -> Comparison:
    """The text of a posting as it was first read against its page now.

    Args:
        before: the posting's body at the first reading.
        carried: the texts of the releases that it carries; only what stood in one of them counts.
        page: all that the page shows now, a line a paragraph: what an extractor leaves out is not lost.
    """
    old, new = normalise(before, limit=READ_AT_MOST), normalise(page, limit=READ_AT_MOST)
    anchored, old_page, new_page = AnchoredRelease.of(old), AnchoredPage.of(old), AnchoredPage.of(new)
    ours, known = np.zeros(len(old), np.bool_), np.zeros(len(new), np.bool_)
    for text in carried:
        release = AnchoredRelease.of(normalise(text, limit=READ_AT_MOST))
        ours |= page_cover(align(release, old_page), len(old))
        known |= page_cover(align(release, new_page), len(new))
    count = int(ours.sum())
    if not count:
        return Comparison(0, 1.0, ())
    blocks = chain(align(anchored, new_page))
    kept = np.zeros(len(old), np.bool_)
    for start, end in zip(blocks.starts.tolist(), blocks.ends.tolist(), strict=True):
        kept[start:end] = True
    left = float((kept & ours).sum()) / count
    if not len(blocks):
        return Comparison(count, left, (Change("cut", _shown(old, 0, len(old)), ""),))
    places = [(d.release_start, d.release_end, d.page_start, d.page_end, d.kind, d.whole) for d in
              differences(old, new, blocks)]  # fmt: skip
    first, last = int(blocks.starts[0]), int(blocks.ends[-1])
    at, end = first + int(blocks.shifts[0]), last + int(blocks.shifts[-1])
    if first:
        places.insert(0, (0, first, max(0, at - first), at, "cut", True))
    if last < len(old):
        places.append((last, len(old), end, min(len(new), end + len(old) - last), "cut", True))
    changes = [
        Change(kind, _around(old, r0, r1), _around(new, p0, p1))
        for r0, r1, p0, p1, kind, whole in places
        if (_counts(ours, r0, r1) if r1 > r0 else _came_in(ours, known, r0, p0, p1, whole))
    ]
    return Comparison(count, left, tuple(changes[:MOST_CHANGES]))


def _counts(ours: NDArray[np.bool_], start: int, end: int) -> bool:
    """Whether a stretch that is no longer there belonged to the carried text."""
    part = ours[start:end]
    within = bool(part.all() and ours[max(0, start - 1)] and ours[min(len(ours) - 1, end)])
    return within or int(part.sum()) >= CHANCE


def _came_in(ours: NDArray[np.bool_], known: NDArray[np.bool_], at: int, start: int, end: int, whole: bool) -> bool:
    """Whether a stretch came into the midst of the carried text that is not the release's own."""
    midst = CHANCE <= at <= len(ours) - CHANCE and bool(ours[at - CHANCE : at + CHANCE].all())
    return midst and not known[start:end].all() and (not whole or end - start >= LEAST_ADDED)


def _around(text: NormalText, start: int, end: int) -> str:
    return _shown(text, max(0, start - AROUND), min(len(text), end + AROUND))


def _shown(text: NormalText, start: int, end: int) -> str:
    if end <= start:
        return ""
    first, last = text.raw_span(start, end)
    raw = " ".join(text.raw[first:last].split())
    return raw if len(raw) <= LONGEST_FRAGMENT else f"{raw[:LONGEST_FRAGMENT]}…"
