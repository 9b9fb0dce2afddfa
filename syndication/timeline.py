"""The timeline of a verdict, as inspectors read it: what happened, what was seen, and which record shows it. Pure.

Titles and addresses come from the watched sites: control characters are taken out here, markup is escaped where HTML is made.
"""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass
from html import escape
from typing import TYPE_CHECKING

from syndication.addresses import RELEASE_LISTS
from syndication.clock import beijing_date, beijing_text
from syndication.glossary import CAUSES, CHINESE, Outcome, Role, chinese
from syndication.proof import Part

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence
    from datetime import datetime

    from syndication.clock import Declared
    from syndication.proof import Chosen, ProofCase, SeenPosting
    from syndication.store.ledger import RecordEntry

LISTS = {"push_feed": "推送订阅源", "push_json": "推送接口", "zuixin": "最新政策清单"}
PRECISION = {"second": "精确到秒", "minute": "精确到分", "day": "仅知日期", "look": "介于两次查看之间"}
SOURCES = {
    "meta": "页面元数据", "label": "页面所印时间", "list": "列表所印时间", "url": "网址中的日期", "feed": "订阅源",
    "api": "接口数据", "seen": "监测所见",
}  # fmt: skip


@dataclass(frozen=True)
class Event:
    """One line: a moment (`until` where only bounds are known), what it says, and the record that shows it, if any."""

    at: datetime
    until: datetime | None
    text: str
    url: str = ""
    evidence_id: str = ""
    record: RecordEntry | None = None

    @property
    def when(self) -> str:
        """The moment for people, Beijing time."""
        if self.until is None or self.until == self.at:
            return beijing_text(self.at, seconds=True)
        return f"{beijing_text(self.at)} 至 {beijing_text(self.until)}"


def clean(text: str) -> str:
    """A text of a watched site without control, format and line characters: safe on a terminal, one line."""
    return " ".join("".join(" " if unicodedata.category(c)[0] == "C" else c for c in text).split())


def events(case: ProofCase, chosen: Sequence[Chosen], record: Callable[[str], RecordEntry | None]) -> tuple[Event, ...]:
    """The timeline in the order of time; `record` gives the place of a record by its id."""
    judged = Event(case.verdict.judged_at, None, f"作出判定：{verdict_text(case)}")
    found = [*_facts(case), *_looks(chosen, record), judged, *_reviews(case)]
    return tuple(sorted(found, key=lambda event: event.at))


def _facts(case: ProofCase) -> Iterator[Event]:
    release, verdict = case.release, case.verdict
    title = f"“{clean(release.title)}”" + (f"（{clean(release.document_number)}）" if release.document_number else "")
    source = f"{SOURCES.get(release.source, release.source)}，{PRECISION.get(release.precision, release.precision)}"
    yield Event(release.released.earliest, release.released.latest, f"国务院发布{title}，时间取自{source}", release.url)
    posting = next((one for one in case.postings if one.posting_id == verdict.posting_id), None)
    if posting is not None:
        for printed, where in ((posting.declared, "稿件页面"), (posting.listed_time, "栏目列表")):
            if printed is not None:
                yield _printed(printed, where, posting)
    yield Event(verdict.deadline, None, "时限届满")


def _reviews(case: ProofCase) -> Iterator[Event]:
    for review in case.reviews:
        change = f"{chinese(review.status_before)} → {chinese(review.status_after)}"
        text = f"人工复核：{_word(review.decision)}（{change}），复核人 {clean(review.by)}，理由：{clean(review.reason)}"
        yield Event(review.at, None, text)


def _printed(printed: Declared, where: str, posting: SeenPosting) -> Event:
    span = printed.interval
    day_only = printed.precision == "day"
    said = f"{beijing_date(span.earliest)}，仅有日期" if day_only else beijing_text(span.earliest, seconds=True)
    return Event(span.earliest, None, f"{where}标注的时间：{said}（原文“{clean(printed.raw)}”）", posting.url)


def verdict_text(case: ProofCase) -> str:
    """The verdict in a line."""
    verdict = case.verdict
    words = [chinese(verdict.status)]
    if verdict.reviewed:
        words.append(f"人工复核（{_word(verdict.reviewed)}），监测程序原判定：{chinese(verdict.judged_status)}")
    if verdict.mode:
        words.append(f"转载方式：{chinese(verdict.mode)}")
    words.append(f"理由：{CAUSES.get(verdict.cause, verdict.cause)}")
    if verdict.flags:
        words.append("标记：" + "、".join(_word(flag) for flag in verdict.flags))
    return "；".join(words)


def _word(value: str) -> str:
    return next((text for word, text in CHINESE.items() if word.value == value), value)


def _looks(chosen: Sequence[Chosen], record: Callable[[str], RecordEntry | None]) -> Iterator[Event]:
    """One event a look; a look that serves twice says both."""
    grouped: dict[tuple[str, str, str], list[Chosen]] = {}
    for one in chosen:
        grouped.setdefault((one.look.run_id, one.look.url, one.look.evidence_id), []).append(one)
    for group in grouped.values():
        look = group[0].look
        texts = list(dict.fromkeys(_look_text(one) for one in group))
        yield Event(look.at, None, "；".join(texts), look.url, look.evidence_id, record(look.evidence_id))


def _look_text(one: Chosen) -> str:
    channel = f"{chinese(one.channel.role)}“{clean(one.channel.name)}”" if one.channel else ""
    if one.channel and one.channel.role is Role.HOME:
        channel = "首页"
    title = f"“{clean(one.posting.title)}”" if one.posting and one.posting.title else "该稿件"
    match one.part:
        case Part.RELEASE_PAGE:
            return f"读取国务院发布页面：{_outcome(one)}"
        case Part.LISTED:
            return f"中国政府网清单首次列出该条：{_list(one)}"
        case Part.NOT_LISTED:
            return f"中国政府网清单尚未列出该条：{_list(one)}"
        case Part.WITHOUT:
            return f"查看{channel}，尚无{title}（此前最后一次有效查看）"
        case Part.WITH:
            return f"查看{channel}，首次看到{title}"
        case Part.REACH:
            return f"查看{channel}，与下一次查看的列表相接，证明其间没有遗漏"
        case Part.ARTICLE:
            return f"读取稿件页面{title}：{_outcome(one)}"
        case Part.AFTER:
            return f"时限后首次有效查看{channel}，列表完整覆盖自发布以来的时段"
        case Part.NEWEST:
            return f"判定前最近一次有效查看{channel}"
        case Part.FAILED:
            return f"时限后查看{channel}，不能作为证明：{_outcome(one)}"
        case Part.AGAIN:
            finding = chinese(one.look.finding) if one.look.finding else _outcome(one)
            return f"再次查看稿件页面{title}：{finding}" + (f"（{clean(one.look.detail)}）" if one.look.detail else "")
        case Part.HOME_WITHOUT | Part.HOME_WITH | Part.HOME_AFTER:
            state = chinese(one.look.state) if one.look.state else _outcome(one)
            return f"查看首页：{state}"


def _list(one: Chosen) -> str:
    return next((LISTS[source] for source, url in RELEASE_LISTS.items() if url == one.look.url), clean(one.look.url))


def _outcome(one: Chosen) -> str:
    look = one.look
    answered = look.seen.outcome in {Outcome.OK, Outcome.UNCHANGED}
    words = chinese(look.seen.outcome)
    if one.part is Part.FAILED and answered:
        words = "页面可以打开，但列表为空" if not look.seen.item_count else "页面可以打开，但列表不能证明覆盖自发布以来的时段"
    status = f"，HTTP {look.http_status}" if look.http_status and not answered else ""
    detail = f"（{clean(look.detail)}）" if look.detail and not answered else ""
    return f"{words}{status}{detail}"


# --- as text and as a page ---------------------------------------------------------------------------------------


def headline(case: ProofCase) -> tuple[tuple[str, str], ...]:
    """What stands above the timeline: name and value."""
    verdict, release = case.verdict, case.release
    carried = ""
    if verdict.earliest and verdict.latest:
        carried = f"{beijing_text(verdict.earliest, seconds=True)} 至 {beijing_text(verdict.latest, seconds=True)} 之间"
    return (
        ("门户", f"{clean(case.portal_name)}（{case.portal_id}）"),
        ("文件", clean(release.title)),
        ("发文字号", clean(release.document_number) or "无"),
        ("原文", clean(release.url)),
        ("规则版本", verdict.edition),
        ("时限", beijing_text(verdict.deadline, seconds=True)),
        ("判定", verdict_text(case)),
        ("转载时间", carried or "无"),
        ("转载页面", clean(verdict.page_url) or "无"),
        ("判定编号", str(verdict.verdict_id)),
    )


NOTE = "时间均为北京时间。每一行末尾的证据编号即 WARC 记录编号（WARC-Record-ID）。"


def as_text(case: ProofCase, timeline: Iterable[Event]) -> str:
    """The timeline as plain text."""
    lines = [f"{name}：{value}" for name, value in headline(case)]
    lines += ["", NOTE, ""]
    for event in timeline:
        lines.append(f"{event.when}  {event.text}")
        if event.url:
            lines.append(f"    网址：{clean(event.url)}")
        if event.evidence_id:
            lines.append(f"    证据：{event.evidence_id}{_place(event)}")
    return "\n".join(lines) + "\n"


def _place(event: Event) -> str:
    if event.record is None:
        return "（证据表中没有这条记录）"
    one = event.record
    return f"（{one.file}，第 {one.offset} 字节起 {one.length} 字节，SHA-256 {one.sha256}）"


_PAGE = """<!DOCTYPE html>
<html lang="zh-CN">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{title}</title>
<style>
body {{ font: 16px/1.6 sans-serif; max-width: 60rem; margin: 2rem auto; padding: 0 1rem; color: #1a1a1a; }}
dl {{ display: grid; grid-template-columns: max-content 1fr; gap: .2rem 1rem; }}
dt {{ color: #555; }} dd {{ margin: 0; overflow-wrap: anywhere; }}
ol {{ list-style: none; padding: 0; }}
li {{ border-left: 3px solid #b3b3b3; padding: .3rem 0 .3rem 1rem; }}
li.look {{ border-color: #1f5a9c; }}
time {{ font-weight: bold; }}
small {{ display: block; color: #555; overflow-wrap: anywhere; }}
</style>
</head>
<body>
<h1>{title}</h1>
<dl>
{headline}
</dl>
<p>{note}</p>
<ol>
{events}
</ol>
</body>
</html>
"""


def as_page(case: ProofCase, timeline: Iterable[Event]) -> str:
    """The timeline as one HTML page that loads nothing and runs nothing; addresses are text, not links."""
    rows = "\n".join(f"<dt>{escape(name)}</dt><dd>{escape(value)}</dd>" for name, value in headline(case))
    items = []
    for event in timeline:
        more = [f"网址：{clean(event.url)}"] if event.url else []
        if event.evidence_id:
            more.append(f"证据：{event.evidence_id}{_place(event)}")
        small = "".join(f"<small>{escape(text)}</small>" for text in more)
        kind = ' class="look"' if event.evidence_id else ""
        items.append(f"<li{kind}><time>{escape(event.when)}</time> {escape(event.text)}{small}</li>")
    title = escape(f"证据时间线：{clean(case.portal_name)}")
    return _PAGE.format(title=title, headline=rows, note=escape(NOTE), events="\n".join(items))
