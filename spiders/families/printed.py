"""The time that a list prints for a row: in a text beside the link, in a table's column, or only in the address.

Facts (page-facts "Dates", "Lists"; portals-survey date_hint): rows carry `2026/07/31`, `[2026-09-29]`, `2026- 08- 07`,
`08-07` without a year, day and month in two boxes; a row can print 成文日期 beside 发布日期; some lists print no date,
and their addresses do: `t20260716_1.html`, `/art/2018/12/17/`, `/2018-12/27/`, `/2018/1227/`, 17-digit node numbers.
"""

from __future__ import annotations

import itertools
import re
from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from syndication.clock import read_declared

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from syndication.clock import Declared

_LABEL = r"(?:发布|公开|更新|上网|录入|刊登|发稿)?(?:时间|日期)"
_OTHER_DATE = re.compile(r"(?:成文|印发|施行|生效|实施|废止|失效|截止|截至|制定|签发|有效)[^\d\s]{0,4}\s*[:：]?\s*$")
_OTHER_DATE_LED = re.compile(
    r"(?:成文|印发|施行|生效|实施|废止|失效|截止|截至|制定|签发|有效)[^\d\s]{0,4}\s*[:：]?\s*\d"
)
_CLOCK = r"(?:[\sT]*\d{1,2}\s*[:：]\s*\d{2}(?:\s*[:：]\s*\d{2}(?:\.\d+)?)?)?"
_ALONE = re.compile(
    rf"[\[\(（【<《|]?\s*(?:{_LABEL}\s*[:：]?)?\s*"
    rf"((?:\d{{4}}\s*[-/.年]\s*)?\d{{1,2}}\s*[-/.月]\s*\d{{1,2}}\s*[日号]?{_CLOCK}|20\d{{6}})\s*[\]\)）】>》|]?"
)
_LABELLED = re.compile(
    rf"(?:发布|公开|更新|上网|发稿)(?:时间|日期)\s*[:：]?\s*(\d{{4}}\s*[-/.年]\s*\d{{1,2}}\s*[-/.月]\s*\d{{1,2}}\s*日?{_CLOCK})"
)
_WITHIN = re.compile(rf"(?<!\d)(\d{{4}}\s*[-/.年]\s*\d{{1,2}}\s*[-/.月]\s*\d{{1,2}}(?!\d)\s*日?{_CLOCK})")
_DAY_BOX = re.compile(r"([0-3]?\d)日?")
_MONTH_BOX = re.compile(r"((?:19|20)\d{2})\s*[-/.年]\s*([01]?\d)月?")
LONGEST_NOTE = 60
"""Longer texts beside a link are summaries, and a date in them is the article's subject."""

_IN_ADDRESS = (
    re.compile(r"(?<![0-9a-z])[tc]?((?:19|20)\d{2})(0[1-9]|1[0-2])(0[1-9]|[12]\d|3[01])(?=[_./-])"),
    re.compile(r"(?<!\d)((?:19|20)\d{2})[-/](0?[1-9]|1[0-2])[-/](0?[1-9]|[12]\d|3[01])(?=[/_.-])"),
    re.compile(r"/((?:19|20)\d{2})(0[1-9]|1[0-2])/(0[1-9]|[12]\d|3[01])(?=/)"),
    re.compile(r"/((?:19|20)\d{2})/(0[1-9]|1[0-2])(0[1-9]|[12]\d|3[01])(?=/)"),
    re.compile(r"/((?:19|20)\d{2})(0[1-9]|1[0-2])(0[1-9]|[12]\d|3[01])(?:[01]\d|2[0-3])[0-5]\d\d{2,}(?=[/.])"),
)


def date_in_address(url: str, looked_at: datetime | None) -> Declared | None:
    """The day that an item's address carries, with source `url`; None if it carries none or one still to come."""
    path = urlsplit(url).path
    for pattern in _IN_ADDRESS:
        for found in pattern.finditer(path):
            declared = read_declared(f"{found[1]}-{found[2]}-{found[3]}", "url")
            if declared and (looked_at is None or declared.interval.earliest <= looked_at + timedelta(days=1)):
                return replace(declared, raw=found[0].strip("/"))
    return None


def date_in_texts(texts: Sequence[str], looked_at: datetime | None) -> Declared | None:
    """The time that the texts beside a row's link print, with source `list`; None if they print none.

    A labelled 发布日期 counts first, then a text that is nothing but a date (of several the last), then a date within a
    short text, then a day and a month in two boxes. 成文日期 and its like are no dates of publication.
    """
    alone: list[str] = []
    within: list[str] = []
    before = ""
    for text in texts:
        labelled = _LABELLED.search(text)
        if labelled:
            return read_declared(labelled[1], "list", anchor=looked_at)
        if _OTHER_DATE.search(before) or _OTHER_DATE_LED.search(text):
            before = text
            continue
        found = _ALONE.fullmatch(text)
        if found:
            alone.append(found[1])
        elif len(text) <= LONGEST_NOTE:
            within.extend(match[1] for match in _WITHIN.finditer(text))
        before = text
    for raw in [*reversed(alone), *reversed(within)]:
        declared = read_declared(raw, "list", anchor=looked_at)
        if declared:
            return declared
    return _in_boxes(texts)


def _in_boxes(texts: Sequence[str]) -> Declared | None:
    for one, other in itertools.pairwise(texts):
        for day, month in ((one, other), (other, one)):
            found_day, found_month = _DAY_BOX.fullmatch(day), _MONTH_BOX.fullmatch(month)
            if found_day and found_month:
                declared = read_declared(f"{found_month[1]}-{found_month[2]}-{found_day[1]}", "list")
                return replace(declared, raw=f"{one} {other}") if declared else None
    return None
