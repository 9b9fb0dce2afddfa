"""When a page says that it was published, and how exactly it says so.

Facts of the world: `firstpublishedtime` (www.gov.cn, to the second) and `PubDate` are the standard tags; `00:00` and
`23:59:59` are fillers; some templates put the moment at which the page was generated into PubDate (CSRC: PubDate =
others); the day in an address is the day of creation and may be a day off (NDRC, NCAC), so it is asked last.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from syndication.article.document import mark_of
from syndication.clock import read_declared

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

    from syndication.article.document import Document, Line
    from syndication.clock import Declared
    from syndication.items import Row

_FIRST_PUBLISHED = "firstpublishedtime"
_PUBLISHED = (
    "pubdate", "publishdate", "pubtime", "publishtime", "publishedtime", "articlepublishedtime", "datepublished",
    "releasedate", "dcdate", "dcdateissued",
)  # fmt: skip
_GENERATED = ("others", "maketime", "generatetime", "generatedtime")
_PLACES = ("#pubtime", "#pubDate", "#publishTime", ".pubtime", ".pubdate", ".publish-time", ".pages-date", ".fbsj")
_DATE = (
    r"\d{4}\s?[-/.年]\s?\d{1,2}\s?[-/.月]\s?\d{1,2}\s?日?"
    r"(?:[\sT]*\d{1,2}\s?[:：]\s?\d{2}(?:\s?[:：]\s?\d{2})?)?"
)
_LABELS = (
    r"(?:发布|发稿|发表|公开|公布|上网|上传|刊发)\s?(?:时间|日期)",
    r"(?<![\u4e00-\u9fff])(?:时\s?间|日\s?期)",
)
_LABELLED = tuple(re.compile(rf"{label}\s*[\])】）]?\s*(?:[:：]|\t)\s*[\[（(]?\s*({_DATE})") for label in _LABELS)
_BESIDE_SOURCE = re.compile(
    rf"(?:^|[^\d])({_DATE})[^\d]{{0,12}}来\s?源\s*[:：]|来\s?源\s*[:：][^\d\n]{{0,30}}\s({_DATE})"
)
_IN_ADDRESS = (
    re.compile(r"/t((?:19|20)\d{2})(\d{2})(\d{2})_\d"),
    re.compile(r"/((?:19|20)\d{2})[-/](\d{1,2})[-/](\d{1,2})/"),
    re.compile(r"/((?:19|20)\d{2})(\d{2})(\d{2})/"),
    re.compile(r"/((?:19|20)\d{2})-(\d{2})/(\d{2})/"),
)
_AROUND_BODY = 8  # lines at the head of the body that may still carry the line of time and source


def read_times(document: Document, shown: list[Line], row: Row | None) -> tuple[Declared | None, Declared | None]:
    """The declared time of the page and, where it tells it, the moment of its generation.

    Order: the standard meta tags, the labelled line, the list row, the day in the address. A source that gives only the
    day is refined by a later one that gives a time of the same day. A PubDate that equals the moment of generation is
    not used.
    """
    generated = _generated(document)
    sources = list(_sources(document, shown, row, generated))
    if not sources:
        return None, generated
    first = sources[0]
    if first.precision == "day":
        for finer in sources[1:]:
            within = first.interval.earliest <= finer.interval.earliest < first.interval.latest
            if finer.precision != "day" and within:
                return finer, generated
    return first, generated


def _generated(document: Document) -> Declared | None:
    for name in _GENERATED:
        raw = document.metas.get(name, "")
        if name != "others" or "生成时间" in raw:
            declared = read_declared(raw, "meta")
            if declared:
                return declared
    return None


def _sources(
    document: Document, shown: list[Line], row: Row | None, generated: Declared | None
) -> Iterator[Declared]:
    looked_at = document.page.looked_at
    yield from _some(read_declared(document.metas.get(_FIRST_PUBLISHED), "meta"))
    for name in _PUBLISHED:
        declared = read_declared(document.metas.get(name), "meta")
        if declared and not declared.coincides(generated):
            yield declared
    for raw in _labelled(document, shown):
        yield from _some(read_declared(raw, "label", anchor=looked_at))
    if row and row.declared:
        yield row.declared
    yield from _some(day_in_address(document.page.url, looked_at))


def _some(declared: Declared | None) -> Iterator[Declared]:
    if declared:
        yield declared


def _labelled(document: Document, shown: list[Line]) -> Iterator[str]:
    """What the page prints under its title: after a label, beside the source, or in a place made for it."""
    outside = [line.text for line in shown if not line.inside]
    head = [line.text for line in shown if line.inside][:_AROUND_BODY]
    texts = _with_next(outside + head)
    for pattern in _LABELLED:
        for text in texts:
            if found := pattern.search(text):
                yield found[1]
                break
    for text in texts:
        if len(text) < 160 and (found := _BESIDE_SOURCE.search(text)):
            yield found[1] or found[2]
            break
    for place in _PLACES:
        for element in document.by_mark.get(mark_of(place), ())[:1]:
            if found := re.search(_DATE, " ".join(element.text_content().split())):
                yield found[0]


def _with_next(texts: list[str]) -> list[str]:
    """Lines; one that ends with a colon is joined with what follows (`<dt>发布日期：</dt><dd>…`)."""
    return [
        f"{text}{following}" if text.endswith((":", "：")) and len(text) < 20 else text
        for text, following in zip(texts, [*texts[1:], ""], strict=False)
    ]


def day_in_address(url: str, looked_at: datetime | None) -> Declared | None:
    """The day that an address carries (`t20181220_1.html`, `/2018/12/20/`, `/2018-12/20/`), not later than the look."""
    path = urlsplit(url).path
    for pattern in _IN_ADDRESS:
        if found := pattern.search(path):
            declared = read_declared("-".join(found.groups()), "url")
            if declared and (looked_at is None or declared.interval.earliest <= looked_at):
                return declared
    return None
