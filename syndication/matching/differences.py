"""Where a page and a release disagree between stretches that agree.

A difference is what stands between two neighbouring blocks on both sides. What one side only adds at a border of a
line or sentence is a cut or an insertion, which abridging, furniture and forwarding letters make; what is put in
place of something else, or into the middle of a sentence, is a change of the text: that tells an amended version,
last year's notice or a sibling of a template from a copy. One or two characters may be an error of scanning.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from syndication.matching.alignment import Blocks
    from syndication.text import NormalText

_ISLAND = 12        # blocks of fewer characters between differences may be chance: parallel clauses begin alike
_BACKWARDS = 24     # a page place that lies further back is a moved part, not a difference


@dataclass(frozen=True)
class Difference:
    """Release `[release_start, release_end)` stands on the page as `[page_start, page_end)`; normal positions.

    `whole` says that what stands there begins and ends at borders of lines or sentences, on each side that has any.
    """

    release_start: int
    release_end: int
    page_start: int
    page_end: int
    release: str
    page: str
    whole: bool

    @property
    def kind(self) -> str:
        """changed, cut (the page lacks it) or added (the release lacks it)."""
        if not self.page:
            return "cut"
        return "changed" if self.release else "added"


def differences(release: NormalText, page: NormalText, blocks: Blocks, *, most: int = 2000) -> list[Difference]:
    """The differences between neighbouring blocks of a chain, in the release's order; at most `most` of them."""
    if len(blocks) < 2:
        return []
    found: list[Difference] = []
    long_enough = np.flatnonzero((blocks.ends - blocks.starts) >= _ISLAND)
    starts, ends, shifts = (a[long_enough].tolist() for a in (blocks.starts, blocks.ends, blocks.shifts))
    borders_r, borders_p = set(release.units.tolist()), set(page.units.tolist())
    for i in range(len(starts) - 1):
        r0, r1 = ends[i], starts[i + 1]
        p0, p1 = r0 + shifts[i], r1 + shifts[i + 1]
        if p1 < p0:
            if (p0 - p1 > _BACKWARDS and p0 - p1 > r1 - r0) or p0 - p1 >= ends[i + 1] - starts[i + 1]:
                continue
            r1, p1 = r1 + p0 - p1, p0
        difference = _trimmed(release, page, r0, r1, p0, p1, borders_r, borders_p)
        if difference is not None:
            found.append(difference)
            if len(found) == most:
                break
    return found


def _trimmed(
    release: NormalText, page: NormalText, r0: int, r1: int, p0: int, p1: int, borders_r: set[int], borders_p: set[int]
) -> Difference | None:
    mine, theirs = release.string(r0, r1), page.string(p0, p1)
    head = 0
    while head < min(len(mine), len(theirs)) and mine[head] == theirs[head]:
        head += 1
    tail = 0
    while tail < min(len(mine), len(theirs)) - head and mine[-1 - tail] == theirs[-1 - tail]:
        tail += 1
    mine, theirs = mine[head : len(mine) - tail], theirs[head : len(theirs) - tail]
    if not mine and not theirs:
        return None
    r0, r1, p0, p1 = r0 + head, r1 - tail, p0 + head, p1 - tail
    whole = (not mine or _whole(release, r0, r1, borders_r)) and (
        not theirs or _whole(page, p0, p1, borders_p) or (bool(mine) and _several_lines(page, p0, p1, borders_p))
    )
    return Difference(r0, r1, p0, p1, mine, theirs, whole)


def _several_lines(text: NormalText, start: int, end: int, borders: set[int]) -> bool:
    """Whether a stretch runs over a border and has a border at one end at least: furniture that leans on a line."""
    return (start in borders or end in borders or end == len(text)) and any(i in borders for i in range(start + 1, end))


def _whole(text: NormalText, start: int, end: int, borders: set[int]) -> bool:
    """Whether some rotation of a one-sided stretch lies between borders (its ends are known only up to repeats)."""
    codes = text.codes
    ends = (len(text), start)
    for _ in range(16):
        if start in borders and (end in borders or end in ends):
            return True
        if start == 0 or codes[start - 1] != codes[end - 1]:
            break
        start, end = start - 1, end - 1
    return False
