"""Portals against days, weeks, months or quarters: where something was late or missing, seen at one glance.

A cell tells its worst: findings before what is unclear, that before what is in order. A figure or a sign stands in each
cell, since colour alone says nothing in print or to many eyes. A cell of more than a day tells its findings of how many
decided and is shaded by the rate, in the map's steps: a quarter with one late release in forty is not red.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache
from typing import TYPE_CHECKING, Any

from markupsafe import Markup, escape

from syndication.publish.workbench import spans
from syndication.publish.workbench.tiles import shade
from syndication.store import figures
from syndication.store.figures import Days

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Callable, Sequence

    from syndication.publish.workbench.picking import Picks

MOST_DAYS, MOST_WEEKS_OF_DAYS, MOST_MONTHS = 31, 190, 36
WIDE_FROM = 20
"""A matrix of so many columns is printed on a sheet of its own, across."""
_READ = {"日": figures.by_day, "周": figures.by_week, "月": figures.by_month, "季度": figures.by_quarter}
_COLUMN_OF = {"日": "", "周": "列为每周首日", "月": "", "季度": ""}
SIGNS = (
    ("unclear", "?", "有待核"), ("good", "✓", "已判定的均按时"), ("unseen", "–", "未能观测"), ("open", "…", "未到期"),
    ("", "", "空白：没有须转载的发布"),
)  # fmt: skip
_SHADES = (("s-a", "≥95%"), ("s-b", "≥85%"), ("s-c", "≥70%"), ("s-d", "<70%"))


@dataclass(frozen=True)
class Bucket:
    """A column of the matrix: its heading, its name in a sentence, and its days."""

    label: str
    told: str
    days: Days


@dataclass(frozen=True)
class Matrix:
    """The matrix ready to be shown: what a column is, links as headings, a row of cells for each portal.

    `signs` is the legend: the class of a cell, what stands in it, what that means.
    """

    unit: str
    note: str
    headings: list[Markup]
    rows: list[tuple[str, str, Markup]]
    signs: list[tuple[str, str, str]]

    @property
    def wide(self) -> bool:
        """Whether it needs a sheet across."""
        return len(self.headings) >= WIDE_FROM


def buckets(days: Days) -> tuple[str, list[Bucket], Callable[[str], str]]:
    """What one column is, the columns of a span, and which column (by its first day) a day or month belongs to."""
    if days.length <= MOST_DAYS:
        each = [days.first + timedelta(days=n) for n in range(days.length)]
        return "日", [Bucket(f"{day.month}/{day.day}", _day(day), Days(day, day)) for day in each], lambda day: day
    if days.length <= MOST_WEEKS_OF_DAYS:
        start, weeks = days.first - timedelta(days=days.first.weekday()), []
        while start <= days.last:
            week = Days(max(start, days.first), min(start + timedelta(days=6), days.last))
            told = f"{_day(week.first)}起" + ("一周" if week.length == 7 else f" {week.length} 天")
            weeks.append(Bucket(f"{week.first.month}/{week.first.day}", told, week))
            start += timedelta(days=7)
        first = {(b.days.first + timedelta(days=n)).isoformat(): b.days.first.isoformat()
                 for b in weeks for n in range(b.days.length)}  # fmt: skip
        return "周", weeks, first.__getitem__
    by_quarter = days.length > MOST_MONTHS * 31
    chosen = spans.within(days)["季度" if by_quarter else "月份"][::-1]
    found = [Bucket(_short(each), each.label, _clipped(each.days, days)) for each in chosen]

    @cache
    def belongs(day_or_month: str) -> str:
        month = date.fromisoformat(f"{day_or_month[:7]}-01")
        whole = spans.named(spans.quarter_of(month)).days.first if by_quarter else month
        return max(whole, days.first).isoformat()

    return "季度" if by_quarter else "月", found, belongs


def _day(day: date) -> str:
    return f"{day.month}月{day.day}日"


def _clipped(days: Days, span: Days) -> Days:
    return Days(max(days.first, span.first), min(days.last, span.last))


def _short(span: spans.Span) -> str:
    year = f"{span.days.first.year % 100:02}"
    return f"{year}/{span.name[-2:]}" if "Q" in span.name else f"{year}/{span.days.first.month}"


def matrix(connection: sqlite3.Connection, picks: Picks, portals: Sequence[sqlite3.Row], root: str) -> Matrix:
    """The matrix of the picked span over these portals; `root` is the pages' base address."""
    days = _with_releases(picks)
    unit, columns, belongs = buckets(days)
    counts = {(row["portal_id"], belongs(row["bucket"])): row for row in _READ[unit](connection, picks.edition, days)}
    starts = [bucket.days.first.isoformat() for bucket in columns]
    links = _links(columns, picks, f"{root}-/verdicts")
    headings = [
        Markup('<a href="{}" aria-label="{}的判定清单">{}</a>').format(Markup(url), bucket.told, bucket.label)
        for url, bucket in zip(links, columns, strict=True)
    ]
    shown = []
    for portal in portals:
        whose, name = str(escape(portal["portal_id"])), str(escape(portal["name"]))
        rows = (counts.get((portal["portal_id"], start)) for start in starts)
        cells = [
            _cell(row, unit, f"{name} {bucket.told}", f"{url}&amp;portal={whose}")
            for row, bucket, url in zip(rows, columns, links, strict=True)
        ]
        shown.append((portal["portal_id"], portal["name"], Markup("".join(cells))))
    return Matrix(unit, _COLUMN_OF[unit], headings, shown, _legend(unit))


def _links(columns: Sequence[Bucket], picks: Picks, path: str) -> list[str]:
    """For each column the address of the list of its verdicts, escaped."""
    return [str(escape(picks.link(path, spans.Span("", bucket.days)))) for bucket in columns]


def _legend(unit: str) -> list[tuple[str, str, str]]:
    if unit == "日":
        return [("bad", "2", "超时或未转载的条数"), *SIGNS]
    told = "超时或未转载的条数 / 已判定的条数；底色按按时率"
    return [("", "4/29", told), *((kind, word, "") for kind, word in _SHADES), *SIGNS]


def _with_releases(picks: Picks) -> Days:
    """The picked days from the first release to the last: no columns for days that have not come yet."""
    days, known = picks.span.days, picks.everything
    if known is None or known.first > days.last or known.last < days.first:
        return days
    return _clipped(days, known)


_TOLD = (("late", "超时"), ("missing", "未转载"), ("undetermined", "待核"), ("not_observed", "未能观测"), ("pending", "未到期"))


def _cell(count: Any, unit: str, place: str, url: str) -> str:
    """A cell; one with nothing to look into has no link, so that the keyboard passes over it."""
    if count is None:
        return "<td></td>"
    findings = count["late"] + count["missing"]
    decided = count["on_time"] + findings
    kind, text = (
        ("bad", f"{findings}") if findings and unit == "日"
        else (shade(100 * count["on_time"] / decided), f"{findings}/{decided}") if findings
        else ("unclear", "?") if count["undetermined"]
        else ("good", "✓") if count["on_time"]
        else ("unseen", "–") if count["not_observed"]
        else ("open", "…") if count["pending"] else ("", "")
    )  # fmt: skip
    if not kind:
        return "<td></td>"
    told = "、".join(f"{word} {count[name]}" for name, word in _TOLD if count[name]) or "无超时或未转载"
    title = f"{place}：{told}，已判定 {decided}"
    if kind in ("good", "open"):
        return f'<td class={kind} title="{title}">{text}</td>'
    return f'<td class={kind}><a href="{url}" title="{title}">{text}</a></td>'
