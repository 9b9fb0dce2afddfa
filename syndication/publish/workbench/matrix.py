"""Portals against days, weeks, months or quarters: where something was late or missing, seen at one glance.

A cell tells its worst: findings before what is unclear, that before what is in order. A figure or a sign stands in each
cell, since colour alone says nothing in print or to many eyes.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache
from typing import TYPE_CHECKING
from urllib.parse import urlencode

from markupsafe import Markup, escape

from syndication.publish.workbench import spans
from syndication.store import figures
from syndication.store.figures import Days

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Callable, Sequence

    from syndication.publish.workbench.picking import Picks

_COUNTED = ("on_time", "late", "missing", "undetermined", "not_observed", "pending")
MOST_DAYS, MOST_WEEKS_OF_DAYS, MOST_MONTHS = 31, 190, 36
SIGNS = (
    ("bad", "2", "超时或未转载的条数"), ("unclear", "?", "有待核"), ("good", "✓", "已判定的均按时"),
    ("unseen", "–", "未能观测"), ("open", "…", "未到期"),
)  # fmt: skip
"""Class of a cell, an example of what stands in it, its meaning: the legend."""


@dataclass(frozen=True)
class Bucket:
    """A column of the matrix: its heading and its days."""

    label: str
    days: Days


def buckets(days: Days) -> tuple[str, list[Bucket], Callable[[str], str]]:
    """What one column is, the columns of a span, and which column (by its first day) a day or month belongs to."""
    if days.length <= MOST_DAYS:
        each = [days.first + timedelta(days=n) for n in range(days.length)]
        return "日", [Bucket(f"{day.month}/{day.day}", Days(day, day)) for day in each], lambda day: day
    if days.length <= MOST_WEEKS_OF_DAYS:
        start, found = days.first - timedelta(days=days.first.weekday()), []
        while start <= days.last:
            week = Days(max(start, days.first), min(start + timedelta(days=6), days.last))
            found.append(Bucket(f"{week.first.month}/{week.first.day}", week))
            start += timedelta(days=7)
        first = {(b.days.first + timedelta(days=n)).isoformat(): b.days.first.isoformat()
                 for b in found for n in range(b.days.length)}  # fmt: skip
        return "周", found, first.__getitem__
    by_quarter = days.length > MOST_MONTHS * 31
    chosen = spans.within(days)["季度" if by_quarter else "月份"][::-1]
    found = [Bucket(_short(each), each.days) for each in chosen]

    @cache
    def belongs(day_or_month: str) -> str:
        whole = f"{day_or_month[:7]}-01"
        return spans.named(spans.quarter_of(date.fromisoformat(whole))).days.first.isoformat() if by_quarter else whole

    return "季度" if by_quarter else "月", found, belongs


def _short(span: spans.Span) -> str:
    year = f"{span.days.first.year % 100:02}"
    return f"{year}/{span.name[-2:]}" if "Q" in span.name else f"{year}/{span.days.first.month}"


@dataclass(frozen=True)
class Matrix:
    """The matrix ready to be shown: what a column is, their headings, a row of cells for each portal."""

    unit: str
    headings: list[str]
    rows: list[tuple[str, str, Markup]]


def matrix(connection: sqlite3.Connection, picks: Picks, portals: Sequence[sqlite3.Row], root: str) -> Matrix:
    """The matrix of the picked span over these portals; `root` is the pages' base address."""
    days = _with_releases(picks)
    unit, columns, belongs = buckets(days)
    whole = picks.span.name  # named spans begin and end with a month, as far as there are releases
    read = (
        figures.by_week if unit == "周" else figures.by_day if unit == "日" or not whole
        else figures.by_month if unit == "月" else figures.by_quarter
    )  # fmt: skip
    counts: dict[tuple[str, str], sqlite3.Row | dict[str, int]] = {}
    for row in read(connection, picks.edition, days):
        place = (row["portal_id"], belongs(row["bucket"]))
        before = counts.get(place)
        counts[place] = row if before is None else {name: before[name] + row[name] for name in _COUNTED}
    starts = [bucket.days.first.isoformat() for bucket in columns]
    shown = []
    for portal in portals:
        query = urlencode({"edition": picks.edition, "portal": portal["portal_id"]})
        base = str(escape(f"{root}-/verdicts?{query}"))
        rows = (counts.get((portal["portal_id"], start)) for start in starts)
        cells = [_cell(row, bucket, base) for row, bucket in zip(rows, columns, strict=True)]
        shown.append((portal["portal_id"], portal["name"], Markup("".join(cells))))
    return Matrix(unit, [bucket.label for bucket in columns], shown)


def _with_releases(picks: Picks) -> Days:
    """The picked days from the first release to the last: no columns for days that have not come yet."""
    days, known = picks.span.days, picks.everything
    if known is None or known.first > days.last or known.last < days.first:
        return days
    return Days(max(days.first, known.first), min(days.last, known.last))


def _cell(count: sqlite3.Row | dict[str, int] | None, bucket: Bucket, base: str) -> str:
    if count is None:
        return "<td></td>"
    findings = count["late"] + count["missing"]
    kind, text = (
        ("bad", str(findings)) if findings
        else ("unclear", "?") if count["undetermined"]
        else ("good", "✓") if count["on_time"]
        else ("unseen", "–") if count["not_observed"]
        else ("open", "…") if count["pending"] else ("", "")
    )  # fmt: skip
    if kind in ("", "good", "open"):
        return f"<td class={kind}>{text}</td>" if kind else "<td></td>"
    return f'<td class={kind}><a href="{base}&amp;from={bucket.days.first}&amp;to={bucket.days.last}">{text}</a></td>'
