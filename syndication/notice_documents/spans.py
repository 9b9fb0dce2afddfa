"""Periods as inspectors name them: `2016Q2`, `2026-07`, `2026H1`, `2026`.

Fact of the world: the State Council's spot checks were quarterly from 2016 to 2018 and half-yearly from 2019; provinces
check by month, quarter or half-year (rules.md 5.2).
"""

from __future__ import annotations

import re
from calendar import monthrange
from datetime import date

_NAMED = re.compile(r"(?P<year>\d{4})(?:[Qq](?P<quarter>[1-4])|[Hh](?P<half>[12])|-(?P<month>0[1-9]|1[0-2]))?", re.ASCII)
_QUARTERS = "一二三四"


def read_span(text: str) -> tuple[date, date] | None:
    """The first and last day of a named period; None where the name is none."""
    found = _NAMED.fullmatch(text)
    if found is None or int(found["year"]) < 1:
        return None
    year = int(found["year"])
    if found["quarter"]:
        last = 3 * int(found["quarter"])
        return _months(year, last - 2, last)
    if found["half"]:
        last = 6 * int(found["half"])
        return _months(year, last - 5, last)
    if found["month"]:
        return _months(year, int(found["month"]), int(found["month"]))
    return _months(year, 1, 12)


def span_name(first: date, last: date) -> str:
    """How a notice calls the days from `first` to `last`, both inclusive: `2016年第二季度`, else both days."""
    for name, months in _names(first.year):
        if (first, last) == _months(first.year, *months):
            return name
    return days_name(first, last)


def days_name(first: date, last: date) -> str:
    """Both days, without what they have in common: `2026年7月1日至9月30日`."""
    if first == last:
        return day_name(first)
    rest = day_name(last)
    if first.year == last.year:
        rest = f"{last.day}日" if first.month == last.month else f"{last.month}月{last.day}日"
    return f"{day_name(first)}至{rest}"


def day_name(day: date) -> str:
    """`2026年7月1日`."""
    return f"{day.year}年{day.month}月{day.day}日"


def _names(year: int) -> list[tuple[str, tuple[int, int]]]:
    quarters = [(f"{year}年第{word}季度", (3 * place + 1, 3 * place + 3)) for place, word in enumerate(_QUARTERS)]
    months = [(f"{year}年{month}月", (month, month)) for month in range(1, 13)]
    return [(f"{year}年", (1, 12)), (f"{year}年上半年", (1, 6)), (f"{year}年下半年", (7, 12)), *quarters, *months]


def _months(year: int, first: int, last: int) -> tuple[date, date]:
    return date(year, first, 1), date(year, last, monthrange(year, last)[1])
