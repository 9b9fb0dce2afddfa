"""Marks that official papers carry: document numbers, and the dates of a law's history.

Facts of the world: a State Council paper has a number such as 国发〔2019〕4号, in a line of its own under the title; brackets
come in six shapes. Laws and regulations list under their title when they were passed and amended; that list, and what
the last article says about entry into force, is often all that tells two editions apart.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from rapidfuzz.distance import Levenshtein

_SERIES = r"(?P<series>[\u4e00-\u9fff]{1,12}?)"
_YEARED = r"\s*[〔\[［（(【﹝]\s*(?P<year>(?:19|20)\d{2})\s*[〕\]］）)】﹞]\s*第?\s*(?P<number>\d{1,5})\s*号"
_NUMBER = re.compile(_SERIES + _YEARED)
_BY_ITSELF = re.compile(rf"(?:^|[\s（(\[【:：,，])\s*{_SERIES}{_YEARED}\s*[）)\]】]?")
_ORDER = re.compile(r"(?P<series>[\u4e00-\u9fff]{0,20}?令)\s*[（(]?\s*第\s*(?P<number>\d{1,5})\s*号")
_LABEL = re.compile(r"^\s*(?:发文字号|发文文号|文\s*号|文件编号|字\s*号)\s*[:：]?\s*")
_OWN_LINE_REST = re.compile(r"^[\s\W_]*$")
_HEAD = 4000  # raw characters in which a paper's own number stands, furniture before it included
_WIDTH = str.maketrans("０１２３４５６７８９", "0123456789")
_ACT = "通过|公布|发布|修订|修正|修改|批准|施行"
_HISTORY = re.compile(
    r"(?P<year>(?:19|20)\d{2})\s*年\s*(?P<month>\d{1,2})\s*月\s*(?P<day>\d{1,2})\s*日"
    rf"(?P<act>(?:(?!(?:19|20)\d{{2}}\s*年\s*\d).){{0,100}}?(?:{_ACT})(?!\s*[〈《]|了|部分))"
)
_HISTORY_LINE = re.compile(rf"^[\s\W]*(?:根据)?\s*(?:19|20)\d{{2}}\s*年.*(?:{_ACT})[\s\W]*$")
_AMENDS = ("修订", "修正", "修改")
_BODY = re.compile(r"第一章|第一条|第1条|总则")


@dataclass(frozen=True, order=True)
class DocumentNumber:
    """国发〔2019〕4号 is ("国发", 2019, 4); an order (令第647号) has year 0."""

    series: str
    year: int
    number: int


def read_number(text: str) -> DocumentNumber | None:
    """The first document number in a short text, or None."""
    found = _NUMBER.search(text[:200].translate(_WIDTH))
    return DocumentNumber(found["series"], int(found["year"]), int(found["number"])) if found else None


def numbers_in(title: str) -> list[DocumentNumber]:
    """All numbers in a title; words that stand before a number without a sign are part of its `series`."""
    return [
        DocumentNumber(found["series"], int(found["year"]), int(found["number"]))
        for found in _NUMBER.finditer(title[:500].translate(_WIDTH))
    ]


def without_numbers(title: str) -> str:
    """A title without the numbers in brackets or behind a sign; one that other words run into stays whole."""
    return _BY_ITSELF.sub(" ", title.translate(_WIDTH))


def own_numbers(text: str) -> list[DocumentNumber]:
    """The numbers that stand in lines of their own in a text's head: the text's own number, or those of its parts.

    Numbers within sentences belong to papers that the text speaks of and are left out.
    """
    found: list[DocumentNumber] = []
    for line in text[:_HEAD].splitlines():
        if "号" not in line or len(line) > 60:
            continue
        bare = _LABEL.sub("", line.translate(_WIDTH))
        hit = _NUMBER.search(bare)
        if hit and _OWN_LINE_REST.match(bare[: hit.start()]) and _OWN_LINE_REST.match(bare[hit.end() :]):
            found.append(DocumentNumber(hit["series"], int(hit["year"]), int(hit["number"])))
    return found


def compare_numbers(
    own: DocumentNumber | None, found: list[DocumentNumber], *, noisy: bool
) -> tuple[DocumentNumber | None, DocumentNumber | None]:
    """The equal number, and else one of the same series that stands in its place; None where there is none.

    `noisy`: the page has wrong characters everywhere; one wrong digit is then no other number.
    """
    if own is None:
        return None, None
    if own in found:
        return own, None
    same = [number for number in found if number.series == own.series]
    if noisy and any(Levenshtein.distance(f"{n.year}{n.number}", f"{own.year}{own.number}") <= 1 for n in same):
        return None, None
    return None, min(same, default=None)


@dataclass(frozen=True)
class Act:
    """A dated act under a title, at raw `[start, end)`."""

    day: tuple[int, int, int]
    amends: bool
    start: int
    end: int


def read_acts(raw: str) -> list[Act]:
    """The dated acts in lines of their own in a text's head, before its first article."""
    body = _BODY.search(raw)
    acts: list[Act] = []
    place = 0
    for line in raw[: min(body.start(), _HEAD) if body else _HEAD // 4].splitlines(keepends=True):
        if _HISTORY_LINE.match(line):
            acts += [
                Act((int(hit["year"]), int(hit["month"]), int(hit["day"])), hit["act"].endswith(_AMENDS),
                    place + hit.start(), place + hit.end())
                for hit in _HISTORY.finditer(line)
            ]
        place += len(line)
    return acts


def read_amendments(normal: str) -> frozenset[tuple[int, int, int]]:
    """The days of amendments in a normal text's head, wherever its lines were broken."""
    body = _BODY.search(normal)
    head = normal[: body.start()] if body else ""
    return frozenset(
        (int(hit["year"]), int(hit["month"]), int(hit["day"]))
        for hit in _HISTORY.finditer(head) if hit["act"].endswith(_AMENDS)
    )
