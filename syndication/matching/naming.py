"""Whether a posting whose text is not known names a release: by number, or by a title that is not quite the same.

Facts of the world: a page can carry a paper as a scan, a PDF or an attachment alone, and a list cuts titles without a
sign, leaves the issuer out, or writes 国务院办公厅印发《…》 and 转发…. Where no text can tell, such a page is neither a
republication nor the lack of one: a person looks. An interpretation, another year and another place are other papers.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from rapidfuzz import fuzz
from rapidfuzz.distance import Levenshtein

from syndication.matching.marks import numbers_in, without_numbers
from syndication.matching.titles import CUT_AT_LEAST, title_form
from syndication.text import normal_string

if TYPE_CHECKING:
    from collections.abc import Sequence

    from syndication.matching.marks import DocumentNumber
    from syndication.matching.model import PostingText
    from syndication.matching.thresholds import Thresholds

_ISSUER = r"(?:中共中央办公厅|中共中央|国务院办公厅|国务院|中办|国办)+"
_ISSUED = re.compile(rf"^(?:转发|转载)?(?:{_ISSUER})?(?:关于)?(?:印发|转发|批转|发布|公布)?(?:关于)?")
_PASSED_ON = re.compile(rf"(?:转发|转载|批转|{_ISSUER}(?:关于)?(?:印发|发布|公布)?)(?:关于)?$")
_NOTICE = re.compile(r"的?通知$")
_OTHER_PAPER = re.compile(
    r"贯彻|落实|学习|宣传|解读|图解|记者|修改|废止|实施|细则|措施|分工|征求意见|会议|研究|方案|任务|报告|评论|热议"
)
_OTHER_PLACE = re.compile(r"[省市县区州盟旗]|政府|北京|天津|上海|重庆|内蒙古|广西|西藏|宁夏|新疆")
_YEAR = re.compile(r"(?:19|20)\d\d")
_COUNTS = frozenset("一二三四五六七八九十两")
_SHORTEST = 6      # normal characters below which what a title speaks of stands in too many others
_TEXT_AT_LEAST = 40  # normal characters of sentences that are a text
_SENTENCES = re.compile(r"(?<=[。！？])|\n")  # a split takes the time of the text's length, whatever stands in it
_READ = 20_000     # raw characters of a page that holds little
_LONGEST = 500     # of a title
_ATTACHED = re.compile(
    r"附件|下载|附后|如下|全文见|(?:查看|阅读|浏览)(?:全文|原文|正文)|原文链接|点击|\.(?:pdf|ofd|docx?|wps|zip|rar|jpe?g|png)\b",
    re.IGNORECASE,
)
_FILE = re.compile(r"\.(?:pdf|ofd|docx?|wps|xlsx?|zip|rar|jpe?g|png|gif)(?:$|[?#])", re.IGNORECASE)
_FORWARDS = re.compile(r"现将|现予|转发|请认真|请遵照")


def lacks_text(posting: PostingText, page_length: int, limits: Thresholds) -> bool:
    """Whether nothing of a paper's own text can be read here: no page, no sentences, or a paper that is attached.

    A sentence that names the posting's title (news of the paper) is a text, however short.
    """
    if not posting.read:
        return True
    if page_length > limits.title_page_length:
        return False
    if _ATTACHED.search(posting.text) or any(_FILE.search(link) for link in posting.links):
        return True
    pieces = _SENTENCES.split(posting.text[:_READ])
    sentences = [(piece, normal_string(piece)) for piece in pieces if piece.endswith(("。", "！", "？"))]
    title = title_form(posting.title).normal
    if any(title and title in normal and not _FORWARDS.search(raw) for raw, normal in sentences):
        return False
    return sum(len(normal) for _, normal in sentences) < _TEXT_AT_LEAST


@dataclass(frozen=True)
class NamedTitle:
    """A title in the forms that are compared: without document numbers, and `core` without issuer and 印发 … 的通知."""

    normal: str
    core: str
    numbers: tuple[DocumentNumber, ...]


def named_title(raw: str) -> NamedTitle:
    """The forms of a title as it stands in a list."""
    normal = title_form(without_numbers(raw[:_LONGEST])).normal
    begun = _ISSUED.match(normal)
    core = normal[begun.end() :] if begun else normal
    return NamedTitle(normal, _NOTICE.sub("", core), tuple(numbers_in(raw)))


def names(posting: NamedTitle, release: NamedTitle, number: DocumentNumber | None, limits: Thresholds) -> bool:
    """Whether a posting's title may be a release's: its number, its beginning, its core, or much like it.

    `number` is the release's own.
    """
    if number is not None:
        said = [own for own in posting.numbers if own.series.endswith(number.series)]
        if any((own.year, own.number) == (number.year, number.number) for own in said):
            return _tells_of_no_other(posting.normal, release.normal)
        if said:
            return False
    return _begins(posting, release) or _contains(posting, release) or _is_like(posting.core, release.core, limits)


def _tells_of_no_other(mine: str, theirs: str) -> bool:
    beyond = mine.replace(theirs, "")
    return not any(word not in theirs for word in _OTHER_PAPER.findall(beyond))


def _begins(posting: NamedTitle, release: NamedTitle) -> bool:
    pairs = ((posting.normal, release.normal), (posting.core, release.core))
    return any(len(mine) >= CUT_AT_LEAST and theirs.startswith(mine) for mine, theirs in pairs)


def _contains(posting: NamedTitle, release: NamedTitle) -> bool:
    if len(release.core) < _SHORTEST:
        return False
    if posting.core == release.core:
        return True
    before, found, after = posting.normal.partition(release.core)
    if not found or any(year not in release.normal for year in _YEAR.findall(before + after)):
        return False
    own = posting.core.startswith(release.core) or _PASSED_ON.search(before) is not None
    return own and not _OTHER_PAPER.search(before + after)


def _is_like(mine: str, theirs: str, limits: Thresholds) -> bool:
    if min(len(mine), len(theirs)) < _SHORTEST or fuzz.ratio(mine, theirs) < 100 * limits.excerpt_title:
        return False
    for step in Levenshtein.opcodes(theirs, mine):
        was, now = theirs[step.src_start : step.src_end], mine[step.dest_start : step.dest_end]
        if step.tag == "equal":
            continue
        figures = any(letter.isdigit() or letter in _COUNTS for letter in was + now)
        if figures or (was and now and max(len(was), len(now)) > 1) or _OTHER_PLACE.search(now) or _OTHER_PAPER.search(now):
            return False
    return True


def named_by(
    posting: NamedTitle, releases: Sequence[tuple[NamedTitle, DocumentNumber | None]], limits: Thresholds
) -> list[int]:
    """The positions of the releases that a posting without text may name."""
    return [i for i, (title, number) in enumerate(releases) if names(posting, title, number, limits)]
