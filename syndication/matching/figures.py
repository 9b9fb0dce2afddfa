"""Every figure of one posting laid over one release: the evidence, before anybody decides."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from rapidfuzz.distance import Levenshtein

from syndication.matching.alignment import AnchoredPage, AnchoredRelease, Blocks, align, page_cover
from syndication.matching.differences import Difference, differences

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from syndication.matching.marks import DocumentNumber
    from syndication.matching.titles import TitleFigures
    from syndication.text import NormalText

LEAVES_OUT = 3         # whole sentences that a page must lack before leaving out is its habit
_PROSE_UNIT = 12       # shorter lines are furniture: names of menus, offices, dates
_LOCAL = 60            # a difference longer than this is another text, not a changed one
_REWORDED = 0.4        # likeness from which one sentence in place of another is the same one, reworded
_COMPARED = 600        # characters up to which likeness is asked; longer ones in place of each other are two texts
_RECURS = 6            # characters from which words of a difference that the release has elsewhere are a stray
_SCANNED = 0.6         # likeness from which single wrong characters within a stretch are looked for
_DIGITS = re.compile(r"[\dlio]*\d[\dlio]*")
_SCANNED_DIGITS = str.maketrans("lio", "110")
_DIGITS_BEFORE, _DIGITS_AFTER = re.compile(r"\d+$"), re.compile(r"^\d+")


@dataclass(frozen=True)
class Overlay:
    """How much of each side stands on the other.

    coverage: share of the release that stands on the page. density, length: share and number of agreeing characters
    in the page's best stretch. foreign: share of the page's prose that is not the release's.
    """

    coverage: float
    density: float
    length: int
    foreign: float
    page_length: int
    release_length: int


@dataclass(frozen=True)
class Conflicts:
    """What speaks for another text.

    slips: changes of one or two characters (scanning errors look like that). wording: changes of more, and `characters`
    in them. numbers: figures that differ, lost digits by half. whole_cuts: sentences that the page leaves out.
    """

    slips: int
    wording: int
    characters: int
    numbers: float
    whole_cuts: int
    examples: tuple[Difference, ...]


@dataclass(frozen=True, eq=False)
class Evidence:
    """One posting over one release."""

    overlay: Overlay
    title: TitleFigures
    genre: str
    conflicts: Conflicts
    number_equal: DocumentNumber | None
    number_conflict: DocumentNumber | None
    version: str
    blocks: Blocks


def overlay(release: AnchoredRelease, page: AnchoredPage) -> tuple[Overlay, Blocks, NDArray[np.bool_]]:
    """Lays a page over a release."""
    blocks = align(release, page)
    length = len(page.text)
    cover = page_cover(blocks, length)
    coverage = float((blocks.ends - blocks.starts).sum()) / max(1, len(release.text))
    density, stretch = _best_stretch(cover)
    units = page.text.units
    if length:
        sizes = np.diff(np.append(units, length))
        covered = np.add.reduceat(cover.astype(np.intp), units)
        prose = sizes >= _PROSE_UNIT
        total = int(sizes[prose].sum())
        foreign = float((sizes - covered)[prose].sum()) / total if total else 0.0
    else:
        foreign = 0.0
    return Overlay(coverage, density, stretch, foreign, length, len(release.text)), blocks, cover


def _best_stretch(cover: NDArray[np.bool_]) -> tuple[float, int]:
    """Density and agreeing characters of the stretch with the largest surplus of agreeing over other characters."""
    if not cover.any():
        return 0.0, 0
    sums = np.concatenate(([0], np.cumsum(np.where(cover, 1, -1))))
    rise = sums - np.minimum.accumulate(sums)
    end = int(rise.argmax())
    start = int(sums[: end + 1].argmin())
    agreeing = int(cover[start:end].sum())
    return agreeing / (end - start), agreeing


def conflicts(release: NormalText, page: NormalText, carried: Blocks, cover: NDArray[np.bool_]) -> Conflicts:
    """What differs between the agreeing stretches that carry the text on."""
    slips = wording = characters = cuts = clipped = clipped_characters = 0
    numbers = 0.0
    examples: list[Difference] = []
    for difference in _unmoved(differences(release, page, carried)):
        if difference.whole and (difference.kind != "changed" or _likeness(difference) < _REWORDED):
            cuts += bool(difference.release)
            continue
        if max(len(difference.release), len(difference.page)) > _LOCAL:
            continue
        if difference.page and cover[difference.page_start : difference.page_end].mean() > 0.5:
            continue  # these words of the page stand elsewhere in the release: a stray, not a change
        hard, soft = _changes(difference)
        number = _numbers_differ(release, difference)
        if hard and not number and len(difference.page) >= _RECURS and difference.page in release.string():
            continue  # likewise
        slips += soft
        numbers += number
        if hard and difference.kind == "cut":
            clipped += 1
            clipped_characters += hard
        elif hard:
            wording += 1
            characters += hard
        if hard or number:
            examples.append(difference)
    if cuts < LEAVES_OUT or clipped > cuts:  # where whole sentences are left out, parallel ones hide where they began
        wording += clipped
        characters += clipped_characters
    return Conflicts(slips, wording, characters, numbers, cuts, tuple(examples))


def _unmoved(found: list[Difference]) -> list[Difference]:
    """Without pairs of which one takes away what the other adds: the words have moved."""
    cut = Counter(d.release for d in found if d.kind == "cut")
    added = Counter(d.page for d in found if d.kind == "added")
    moved = cut & added
    if not moved:
        return found
    kept, left = [], {"cut": moved.copy(), "added": moved.copy()}
    for difference in found:
        words = difference.release or difference.page
        if difference.kind in left and left[difference.kind][words] > 0:
            left[difference.kind][words] -= 1
        else:
            kept.append(difference)
    return kept


def _likeness(difference: Difference) -> float:
    if max(len(difference.release), len(difference.page)) > _COMPARED:
        return 0.0
    return Levenshtein.normalized_similarity(difference.release, difference.page)


def _changes(difference: Difference) -> tuple[int, int]:
    """Characters of a changed wording, and the number of slips.

    Where most characters agree, runs of one or two others are slips and longer runs wording; else all of it is wording.
    """
    longest = max(len(difference.release), len(difference.page))
    if longest <= 2:
        return 0, 1
    if _likeness(difference) < _SCANNED:
        return longest, 0
    hard = soft = 0
    for step in Levenshtein.opcodes(difference.release, difference.page):
        if step.tag != "equal":
            size = max(step.src_end - step.src_start, step.dest_end - step.dest_start)
            hard, soft = (hard + size, soft) if size >= 3 else (hard, soft + 1)
    return hard, soft


def _numbers_differ(release: NormalText, difference: Difference) -> float:
    """How many figures stand in place of others; a lost or added digit counts half, one that became a letter not."""
    mine, theirs = difference.release, difference.page
    has_mine, has_theirs = any(map(str.isdigit, mine)), any(map(str.isdigit, theirs))
    if not (has_mine or has_theirs) or (mine and theirs and not (has_mine and has_theirs)):
        return 0.0
    before = _DIGITS_BEFORE.search(release.string(max(0, difference.release_start - 8), difference.release_start))
    after = _DIGITS_AFTER.search(release.string(difference.release_end, difference.release_end + 8))
    head, tail = before[0] if before else "", after[0] if after else ""
    was, now = _figures(head + mine + tail), _figures(head + theirs + tail)
    if not was or not now or was == now:
        return 0.0
    if mine and theirs:
        return max(0.5, sum(_weight(a, b) for a, b in zip(was, now, strict=False)))
    return 0.5 if len(was) == len(now) else 0.0


def _figures(text: str) -> list[str]:
    """The figures in a text; letters that scanning puts for digits are read as these."""
    return [token.translate(_SCANNED_DIGITS) for token in _DIGITS.findall(text)]


def _weight(was: str, now: str) -> float:
    if was == now:
        return 0.0
    short, long = sorted((was, now), key=len)
    rest = iter(long)
    return 0.5 if len(short) < len(long) and all(c in rest for c in short) else 1.0
