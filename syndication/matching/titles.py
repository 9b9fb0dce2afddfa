"""Titles: what a portal puts around one, and whether two are the same.

Facts of the world: portals write 【转载】 before a title and their own name behind it (`…_政策文件_某某省人民政府`), number
the pages of one text （2）, and cut long titles in lists with …; a year, a number or a place name is all that tells the
titles of yearly notices and of templated replies apart.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

import numpy as np
from rapidfuzz import fuzz
from rapidfuzz.distance import Levenshtein

from syndication.text import normal_string, normalise

CUT_AT_LEAST = 12  # normal characters that a cut title must show
_PREFIX = re.compile(
    r"^\s*(?:[【\[（(〔]\s*(?:转载|转发|转|摘登|摘要|全文|图文|[授受]权发布|政策|文件|国务院)\s*[】\]）)〕]"
    r"|(?:转载|转发|[授受]权发布|中国政府网|来源|新华社|新华网)\s*[:：丨|])\s*"
)
_SUFFIX = re.compile(
    r"\s*[（(【\[]\s*(?:全文|转载|摘要|节选|附全文|受权发布|第?\s*[\d一二三四五六七八九十]{1,2}\s*页?)\s*[】\]）)]\s*$"
)
_SITE = re.compile(r"(?:[_|｜]|\s[-—–－]+\s|－|--)")
_CUT = re.compile(r"\s*(?:…+|\.{2,}|。{2,})\s*$")
_PLACE = re.compile(r"[省市县区州盟旗]$|^(?:北京|天津|上海|重庆|内蒙古|广西|西藏|宁夏|新疆)")
_ANNOUNCES = ("转发", "转载", "印发", "批转", "发布", "公布", "全文")
_LONGEST = 500     # characters of a title that are read
_TELLING = 4       # normal characters below which a title (通知, 公告) names nothing
_CONTAINED = 6     # normal characters below which a title is found in too many others
TITLE_WITHIN = 1500       # normal characters of a page in which its title stands, furniture before it included
_HEADS, _APART = 85, 3  # partial likeness of a title that heads a page, and how much less another one then has
_ALIKE = 0.7       # likeness from which two titles may be of one template


@dataclass(frozen=True)
class TitleForm:
    """A title in normal form. `cut`: the list showed only its beginning. `whole` keeps what was taken off around it.

    `starts` are the places in `whole` before which a sign, a blank or nothing stands.
    """

    normal: str
    whole: str
    cut: bool
    starts: frozenset[int]


def title_form(raw: str) -> TitleForm:
    """A title without what portals put around it."""
    raw = raw[:_LONGEST]
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
    whole = normalise(raw)
    gaps = np.flatnonzero(np.diff(whole.offsets) > 1) + 1
    return TitleForm(normal_string(bare), whole.string(), cut, frozenset([0, *gaps.tolist()]))


@dataclass(frozen=True)
class TitleFigures:
    """How a posting's title stands to a release's. `likeness` in 0..1; `contained`: the release's within the posting's.

    `same`: equal, or so but for one character that is no digit, or cut. `rival` says what the posting's title has in
    place of the release's words, if both are much alike; whether that is a slip or another paper, the text must say.
    """

    likeness: float
    contained: bool
    same: bool
    rival: str = ""


def compare_titles(posting: TitleForm, release: TitleForm) -> TitleFigures:
    """Likeness of two titles, and what in them cannot both be true."""
    mine, theirs = posting.normal, release.normal
    if len(mine) < _TELLING or len(theirs) < _TELLING:
        return TitleFigures(0.0, False, False)
    if mine == theirs or (posting.cut and len(mine) >= CUT_AT_LEAST and theirs.startswith(mine)):
        return TitleFigures(1.0, theirs in posting.whole, True)
    likeness = fuzz.ratio(mine, theirs) / 100
    if likeness < _ALIKE:
        return TitleFigures(likeness, _bounded(posting, theirs), False)
    steps = [step for step in Levenshtein.opcodes(theirs, mine) if step.tag != "equal"]
    changed = [(theirs[s.src_start : s.src_end], mine[s.dest_start : s.dest_end]) for s in steps]
    letters = "".join(was + now for was, now in changed)
    slip = len(steps) == 1 and max(map(len, changed[0])) == 1 and not any(map(str.isdigit, letters))
    same = slip and len(theirs) >= CUT_AT_LEAST
    if _bounded(posting, theirs):
        return TitleFigures(likeness, True, same)
    return TitleFigures(likeness, False, same, _rival(changed))


def bears_other_title(posting: TitleForm, release: TitleForm, page: str, release_text: str) -> bool:
    """Whether a page's text is headed by the posting's own title, which is not the release's nor any in the release.

    Wrong characters of scanning are allowed for; `page` (its first `TITLE_WITHIN` characters) and
    `release_text` are normal.
    """
    mine, theirs = posting.normal, release.normal
    if len(mine) < _CONTAINED or mine in theirs or theirs in posting.whole or mine in release_text:
        return False
    own = fuzz.partial_ratio(mine, page, score_cutoff=_HEADS)
    return own > 0 and own >= fuzz.partial_ratio(theirs, page) + _APART


def _rival(changed: list[tuple[str, str]]) -> str:
    for was, now in changed:
        if was and now and (max(len(was), len(now)) >= 2 or (was + now).isdigit()):
            return f"{was} ≠ {now}"
        if not was and _PLACE.search(now):
            return f"≠ {now}"
        if (was + now).isdigit():
            return f"{was or '-'} ≠ {now or '-'}"
    return ""


def _bounded(posting: TitleForm, wanted: str) -> bool:
    """Whether a title stands within another one by itself: begun, quoted or announced, not behind a place's name."""
    place = posting.whole.find(wanted)
    if len(wanted) < _CONTAINED or place < 0:
        return False
    return place in posting.starts or posting.whole[:place].endswith(_ANNOUNCES)
