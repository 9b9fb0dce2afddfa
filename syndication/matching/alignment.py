"""Which stretches of a release stand on a page, and where.

A page is laid over a release by runs of eight equal characters (normal form), found through a small hash table of the
page, then widened as far as the characters agree. The page's own structure never matters: wraps, furniture and moved
parts only leave gaps. Facts of the world: eight equal characters are rarely chance in official Chinese, though set
phrases recur; a recurring phrase that points away from what surrounds it is dropped again.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from syndication.fingerprint import Fingerprints, gram_hashes
from syndication.text import Codes, NormalText, Offsets

RUN = 8           # characters of an anchor
_STRONG = 32      # characters of a block that speaks for its surroundings
_MOST_BLOCKS = 8192  # ten times as many as a law of 30,000 characters full of wrong ones has
_WINDOW = 1 << 18  # characters that are compared at once …
_WORK = 1 << 25    # … and in all, whatever the texts are; blocks are then left narrower
_DRIFT = 24       # characters that edits may shift one block against its neighbours


@dataclass(frozen=True, eq=False)
class Blocks:
    """Equal stretches, ascending in the release: release `[starts, ends)` equals page `[starts+shifts, ends+shifts)`.

    Stretches do not overlap in the release; on the page they may: it has once what the release has twice.
    """

    starts: Offsets
    ends: Offsets
    shifts: Offsets

    def __len__(self) -> int:
        return len(self.starts)


@dataclass(frozen=True, eq=False)
class AnchoredRelease:
    """A release's normal text with its anchors, made once."""

    text: NormalText
    anchors: Fingerprints

    @classmethod
    def of(cls, text: NormalText) -> AnchoredRelease:
        """Prepares a normal text."""
        return cls(text, gram_hashes(text.codes, RUN))


@dataclass(frozen=True, eq=False)
class AnchoredPage:
    """A page's normal text with a hash table from anchors to the first place where each stands."""

    text: NormalText
    anchors: Fingerprints
    table: NDArray[np.int32]
    shift: np.uint64

    @classmethod
    def of(cls, text: NormalText) -> AnchoredPage:
        """Prepares a normal text."""
        anchors = gram_hashes(text.codes, RUN)
        bits = max(10, (8 * len(anchors)).bit_length())
        shift = np.uint64(64 - bits)
        table = np.full(1 << bits, -1, np.int32)
        table[anchors[::-1] >> shift] = np.arange(len(anchors) - 1, -1, -1, dtype=np.int32)  # the first place wins
        return cls(text, anchors, table, shift)


def align(release: AnchoredRelease, page: AnchoredPage) -> Blocks:
    """All equal stretches of at least `RUN` characters, as far as a page lays over a release."""
    places = page.table[release.anchors >> page.shift]
    hit = np.flatnonzero(places >= 0)
    places = places[hit].astype(np.intp)
    true = page.anchors[places] == release.anchors[hit]
    hit, places = hit[true], places[true]
    if not len(hit):
        none = np.zeros(0, np.intp)
        return Blocks(none, none, none)
    shifts = places - hit
    first = _beginnings(hit, shifts)
    if len(first) > _MOST_BLOCKS:  # the release repeats itself without end: of each place on the page its first use
        _, once = np.unique(places, return_index=True)
        once.sort()
        hit, shifts = hit[once], shifts[once]
        first = _beginnings(hit, shifts)[:_MOST_BLOCKS]
    last = np.append(first[1:], len(hit))[: len(first)] - 1
    blocks = Blocks(hit[first], hit[last] + RUN, shifts[first])
    return _disjoint(_widened(blocks, release.text.codes, page.text.codes))


def _beginnings(hit: Offsets, shifts: Offsets) -> Offsets:
    return np.flatnonzero(np.concatenate(([True], (hit[1:] != hit[:-1] + 1) | (shifts[1:] != shifts[:-1]))))


def _widened(blocks: Blocks, release: Codes, page: Codes) -> Blocks:
    """Widens each block as far as the characters agree; blocks that meet on one shift become one.

    A recurring phrase is found only where the page has it first; its true block widens over it here.
    """
    order = np.lexsort((blocks.starts, blocks.shifts))
    starts, ends, shifts = blocks.starts[order], blocks.ends[order], blocks.shifts[order]
    same = shifts[1:] == shifts[:-1]
    after = np.append(np.where(same, starts[1:], len(release)), len(release))
    ends = np.minimum(ends, after)
    ends = ends + _agreeing(ends, after, shifts, release, page)
    before = np.concatenate(([0], np.where(same, ends[:-1], 0)))
    starts = starts - _agreeing(
        len(release) - starts, len(release) - before, len(page) - len(release) - shifts, release[::-1], page[::-1]
    )
    keep = np.flatnonzero(np.concatenate(([True], ~(same & (starts[1:] == ends[:-1])))))
    return Blocks(starts[keep], ends[np.append(keep[1:], len(starts)) - 1], shifts[keep])


def _disjoint(blocks: Blocks) -> Blocks:
    """In the release's order without overlaps: what lies within an earlier or longer block goes, rests are trimmed."""
    order = np.lexsort((-blocks.ends, blocks.starts))
    starts, ends, shifts = blocks.starts[order], blocks.ends[order], blocks.shifts[order]
    covered = np.concatenate(([0], np.maximum.accumulate(ends)[:-1]))
    starts = np.maximum(starts, covered)
    keep = ends - starts >= RUN // 2
    return Blocks(starts[keep], ends[keep], shifts[keep])


def chain(blocks: Blocks) -> Blocks:
    """The blocks that carry the text on: each place of the page once, and no short block out of line.

    A phrase that the page has once and the release twice belongs to its longer surroundings; a short block is out of
    line if it points elsewhere than the long blocks before and after it, which agree.
    """
    lengths = blocks.ends - blocks.starts
    order = np.lexsort((-lengths, blocks.starts + blocks.shifts))
    page_ends = (blocks.ends + blocks.shifts)[order]
    before = np.concatenate(([-1], np.maximum.accumulate(page_ends)[:-1]))
    inside = np.zeros(len(blocks), np.bool_)
    inside[order] = page_ends <= before
    blocks = Blocks(blocks.starts[~inside], blocks.ends[~inside], blocks.shifts[~inside])
    lengths = lengths[~inside]
    strong = np.flatnonzero(lengths >= _STRONG)
    if len(strong) < 2 or len(strong) == len(blocks):
        return blocks
    order = np.searchsorted(strong, np.arange(len(blocks)), side="right")
    before = blocks.shifts[strong[np.maximum(order - 1, 0)]]
    after = blocks.shifts[strong[np.minimum(order, len(strong) - 1)]]
    low, high = np.minimum(before, after) - _DRIFT, np.maximum(before, after) + _DRIFT
    between = (order > 0) & (order < len(strong))
    stray = (lengths < _STRONG) & between & ((blocks.shifts < low) | (blocks.shifts > high))
    return Blocks(blocks.starts[~stray], blocks.ends[~stray], blocks.shifts[~stray])


def _agreeing(froms: Offsets, tos: Offsets, shifts: Offsets, release: Codes, page: Codes) -> Offsets:
    """For each gap `[from, to)` of the release: how many characters agree at its beginning under the gap's shift."""
    sizes = np.maximum(np.minimum(tos, len(page) - shifts) - froms, 0)
    agreeing = np.zeros(len(froms), np.intp)
    step, open_gaps = 8, np.flatnonzero(sizes)
    work = _WORK
    while len(open_gaps) and work > 0:  # most gaps end at once; the few long ones widen their step
        work -= step * len(open_gaps)
        here = froms[open_gaps] + agreeing[open_gaps]
        window = np.arange(step)
        places = here[:, None] + window
        fits = window < (sizes - agreeing)[open_gaps][:, None]
        places = np.where(fits, places, 0)
        equal = fits & (release[places] == page[np.where(fits, places + shifts[open_gaps][:, None], 0)])
        run = np.where(equal.all(axis=1), step, equal.argmin(axis=1))
        agreeing[open_gaps] += run
        open_gaps = open_gaps[(run == step) & (agreeing[open_gaps] < sizes[open_gaps])]
        step = min(step * 4, max(8, _WINDOW // max(1, len(open_gaps))))
    return agreeing


def page_cover(blocks: Blocks, length: int) -> NDArray[np.bool_]:
    """Which characters of the page stand in some block."""
    edges = np.zeros(length + 1, np.int32)
    np.add.at(edges, blocks.starts + blocks.shifts, 1)
    np.subtract.at(edges, blocks.ends + blocks.shifts, 1)
    return np.cumsum(edges[:-1]) > 0
