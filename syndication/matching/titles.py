"""Titles: what a portal puts around one, and whether two are the same.

Facts of the world: portals write 【转载】 before a title and their own name behind it (`…_政策文件_某某省人民政府`), number
the pages of one text （2）, and cut long titles in lists with …; a year, a number or a place name is all that tells the
titles of yearly notices and of templated replies apart.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from rapidfuzz import fuzz
from rapidfuzz.distance import Levenshtein

from syndication.text import normal_string

CUT_AT_LEAST = 12  # normal characters that a cut title must show
_PREFIX = re.compile(r"^\s*(?:[【\[（(〔]\s*(?:转载|转发|转|摘登|摘要|全文|图文|授权发布|受权发布|政策|文件|国务院)\s*[】\]）)〕]|"
                     r"(?:转载|转发|授权发布|受权发布|中国政府网|来源|新华社|新华网)\s*[:：丨|])\s*")
_SUFFIX = re.compile(r"\s*[（(【\[]\s*(?:全文|转载|摘要|节选|附全文|受权发布|第?\s*[\d一二三四五六七八九十]{1,2}\s*页?)\s*[】\]）)]\s*$")
_SITE = re.compile(r"(?:[_|｜]|\s[-—–－]+\s|－|--)")
_CUT = re.compile(r"\s*(?:…+|\.{2,}|。{2,})\s*$")
_DIGITS = re.compile(r"\d+")


@dataclass(frozen=True)
class TitleForm:
    """A title in normal form. `cut`: the list showed only its beginning. `whole` keeps what was taken off around it."""

    normal: str
    whole: str
    cut: bool


def title_form(raw: str) -> TitleForm:
    """A title without what portals put around it."""
    bare = raw.strip()
    while (found := _PREFIX.match(bare)) and found.end() < len(bare):
        bare = bare[found.end() :]
    parts = _SITE.split(bare)
    if len(parts) > 1 and len(normal_string(parts[0])) >= 2:
        bare = parts[0]
    cut = bool(_CUT.search(bare))
    bare = _CUT.sub("", bare)
    while (found := _SUFFIX.search(bare)) and found.start() > 0:
        bare = bare[: found.start()]
    return TitleForm(normal_string(bare), normal_string(raw), cut)


@dataclass(frozen=True)
class TitleFigures:
    """How a posting's title stands to a release's. `likeness` in 0..1; `contained`: the release's within the posting's.

    `conflict` names numbers or words that one title has in place of the other's; empty if there are none.
    """

    likeness: float
    contained: bool
    conflict: str = ""


def compare_titles(posting: TitleForm, release: TitleForm) -> TitleFigures:
    """Likeness of two titles, and what in them cannot both be true."""
    mine, theirs = posting.normal, release.normal
    if not mine or not theirs:
        return TitleFigures(0.0, False)
    if posting.cut and len(mine) >= CUT_AT_LEAST and theirs.startswith(mine):
        return TitleFigures(1.0, False)
    contained = len(theirs) >= 6 and theirs in posting.whole
    likeness = fuzz.ratio(mine, theirs) / 100
    conflict = ""
    if mine != theirs and not contained and likeness >= 0.7:
        conflict = _conflict(mine, theirs)
    return TitleFigures(likeness, contained, conflict)


def _conflict(mine: str, theirs: str) -> str:
    numbers_mine, numbers_theirs = _DIGITS.findall(mine), _DIGITS.findall(theirs)
    if len(numbers_mine) == len(numbers_theirs) and numbers_mine != numbers_theirs:
        return f"{'、'.join(numbers_theirs)} ≠ {'、'.join(numbers_mine)}"
    for step in Levenshtein.opcodes(theirs, mine):
        was, now = theirs[step.src_start : step.src_end], mine[step.dest_start : step.dest_end]
        if step.tag == "replace" and len(was) >= 2 and len(now) >= 2:
            return f"{was} ≠ {now}"
    return ""
