"""Spans of release days as people name them: a quarter, a month, a year, some days, everything."""

from __future__ import annotations

import re
from calendar import monthrange
from dataclasses import dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING

from syndication.store.figures import Days

if TYPE_CHECKING:
    from collections.abc import Iterator

_NAMED = re.compile(r"(?P<year>\d{4})(?:Q(?P<quarter>[1-4])|-(?P<month>0[1-9]|1[0-2]))?", re.ASCII)
EVERYTHING = "all"
YEARS = range(1949, 2201)
"""The years of spans that may be asked for: further ones have no day before or after them to reckon with."""


@dataclass(frozen=True)
class Span:
    """A span with its name: `2026Q1`, `2026-03`, `2026`, `all`, or empty for days that are given by themselves."""

    name: str
    days: Days

    @property
    def label(self) -> str:
        """As people read it."""
        first, last = self.days.first, self.days.last
        if self.name == EVERYTHING:
            return "全部时段"
        if "Q" in self.name:
            return f"{first.year} 年第{'一二三四'[first.month // 3]}季度"
        if "-" in self.name:
            return f"{first.year} 年 {first.month} 月"
        return f"{first.year} 年" if self.name else f"{first} 至 {last}"

    def before(self) -> Span | None:
        """The span before it: the quarter before a quarter, as many days before some days; None before everything."""
        if self.name == EVERYTHING or self.days.first.year <= YEARS.start:
            return None
        end = self.days.first - timedelta(days=1)
        return named(self._of(end)) if self.name else Span("", Days(end - timedelta(days=self.days.length - 1), end))

    def after(self) -> Span | None:
        """The span after it."""
        if self.name == EVERYTHING or self.days.last.year >= YEARS.stop - 1:
            return None
        start = self.days.last + timedelta(days=1)
        return named(self._of(start)) if self.name else Span("", Days(start, start + timedelta(days=self.days.length - 1)))

    def _of(self, day: date) -> str:
        if "Q" in self.name:
            return quarter_of(day)
        return f"{day:%Y-%m}" if "-" in self.name else f"{day:%Y}"


def quarter_of(day: date) -> str:
    """The name of a day's quarter."""
    return f"{day.year:04}Q{(day.month + 2) // 3}"


def named(name: str) -> Span:
    """The span of a name. Raises ValueError for a name that is none."""
    found = _NAMED.fullmatch(name)
    if not found:
        raise ValueError(name)
    year = _year(int(found["year"]))
    first, last = 1, 12
    if found["quarter"]:
        first = int(found["quarter"]) * 3 - 2
        last = first + 2
    elif found["month"]:
        first = last = int(found["month"])
    return Span(name, Days(date(year, first, 1), date(year, last, monthrange(year, last)[1])))


def given(first: str, last: str) -> Span:
    """The span of two days as written, `2026-03-01`, in either order. Raises ValueError for anything else."""
    begin, end = date.fromisoformat(first), date.fromisoformat(last)
    _year(begin.year)
    _year(end.year)
    return Span("", Days(min(begin, end), max(begin, end)))


def _year(year: int) -> int:
    if year not in YEARS:
        raise ValueError(year)
    return year


def latest(today: date) -> list[Span]:
    """The spans of days that are asked for most: yesterday, the last seven and the last thirty days up to it."""
    yesterday = today - timedelta(days=1)
    return [Span("", Days(yesterday - timedelta(days=length - 1), yesterday)) for length in (1, 7, 30)]


def within(days: Days) -> dict[str, list[Span]]:
    """The quarters, months and years that a span touches, the latest first, for a list to choose from."""
    return {
        "季度": _unique(quarter_of(day) for day in _months(days)), "月份": _unique(f"{day:%Y-%m}" for day in _months(days)),
        "年份": _unique(f"{day:%Y}" for day in _months(days)),
    }  # fmt: skip


def _months(days: Days) -> Iterator[date]:
    day = days.last.replace(day=1)
    while day >= days.first.replace(day=1):
        yield day
        day = (day - timedelta(days=1)).replace(day=1)


def _unique(names: Iterator[str]) -> list[Span]:
    return [named(name) for name in dict.fromkeys(names)]
