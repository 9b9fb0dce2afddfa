"""Time and zones: the only module that knows them.

Facts of the world: portals and www.gov.cn print Beijing time without an offset (CORPUS page-facts); Beijing has
been +08:00 without summer time since 1992. All times inside the program are aware; in the store they are UTC text
`YYYY-MM-DDTHH:MM:SSZ`, which sorts as text. A printed time is an interval `[earliest, latest)`: a minute or a day.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta, timezone
from email.utils import parsedate_to_datetime
from functools import lru_cache
from typing import Literal, Protocol

BEIJING = timezone(timedelta(hours=8), "Asia/Shanghai")
UTC_FORMAT = "%Y-%m-%dT%H:%M:%SZ"
EARLIEST_PLAUSIBLE = 1949  # the year of the oldest paper that www.gov.cn can carry

Precision = Literal["second", "minute", "day"]


class Clock(Protocol):
    """A run's clock. Only `SystemClock` reads the machine's time; replay and tests pass their own."""

    def now(self) -> datetime:
        """The present, aware, in UTC."""
        ...


class SystemClock:
    """The machine's clock, cut to whole seconds as the store keeps them."""

    def now(self) -> datetime:
        """The present, aware, in UTC."""
        return datetime.now(UTC).replace(microsecond=0)  # noqa: TID251 - the one place that asks the machine


@dataclass
class FixedClock:
    """A clock that stands still until it is told otherwise (replay, rehearsal, tests)."""

    moment: datetime

    def now(self) -> datetime:
        """The moment it was set to."""
        return self.moment


@dataclass(frozen=True, order=True)
class Interval:
    """A time known only within bounds: `[earliest, latest)`, both aware."""

    earliest: datetime
    latest: datetime

    def __post_init__(self) -> None:
        if self.earliest.tzinfo is None or self.latest.tzinfo is None:
            raise ValueError("an interval needs aware times")
        if self.latest < self.earliest:
            raise ValueError(f"an interval cannot end before it begins: {self.earliest} .. {self.latest}")


@dataclass(frozen=True)
class Declared:
    """A time that a page or list prints.

    `source` says where it stood: meta, label, list, url, feed or api. `raw` is the text as printed.
    """

    interval: Interval
    precision: Precision
    source: str
    raw: str

    def coincides(self, other: Declared | None) -> bool:
        """Whether both are one moment, as far as the coarser of the two goes; never for days."""
        if other is None or "day" in {self.precision, other.precision}:
            return False
        mine, theirs = self.interval.earliest, other.interval.earliest
        if "minute" in {self.precision, other.precision}:
            return mine.replace(second=0) == theirs.replace(second=0)
        return mine == theirs

    def half_a_day_off(self) -> Interval | None:
        """What the time is if the page's clock has twelve hours only; None where it cannot have been such a clock.

        Fact of the world: a template that prints `hh` for `HH` shows 17:00 as 05:00 and 00:30 as 12:30 (rules.md 4.2).
        """
        hour = self.interval.earliest.astimezone(BEIJING).hour
        if self.precision == "day" or not 1 <= hour <= 12:
            return None
        shift = timedelta(hours=-12 if hour == 12 else 12)
        return Interval(self.interval.earliest + shift, self.interval.latest + shift)


_STORED = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", re.ASCII)


def to_text(moment: datetime) -> str:
    """UTC text as the store keeps it; whole seconds. Raises ValueError for a naive time."""
    if moment.tzinfo is None:
        raise ValueError("a naive time cannot be stored")
    return moment.astimezone(UTC).strftime(UTC_FORMAT)


def from_text(text: str) -> datetime:
    """The aware UTC time of a stored text. Raises ValueError for anything else."""
    if not _STORED.fullmatch(text):
        raise ValueError(f"not a stored time: {text!r}")
    return datetime.fromisoformat(text)  # twenty times as fast as strptime, and less strict: hence the pattern


def beijing_text(moment: datetime, *, seconds: bool = False) -> str:
    """For people: `2018-12-23 02:24`, Beijing time."""
    return moment.astimezone(BEIJING).replace(tzinfo=None).isoformat(" ", "seconds" if seconds else "minutes")


def stored_in_beijing(text: str) -> str:
    """A stored text for people, with seconds where it has any: as `beijing_text(from_text(text))`, a tenth of its work.

    Exports turn a million of them. Raises ValueError for anything but a stored text.
    """
    if not _STORED.fullmatch(text):
        raise ValueError(f"not a stored time: {text!r}")
    hour = int(text[11:13]) + 8
    day = text[:10] if hour < 24 else _day_after(text[:10])
    return f"{day} {hour % 24:02}{text[13:16] if text[16:19] == ':00' else text[13:19]}"


@lru_cache(maxsize=4096)
def _day_after(day: str) -> str:
    return (date.fromisoformat(day) + timedelta(days=1)).isoformat()


def beijing_date(moment: datetime) -> date:
    """The calendar day in Beijing."""
    return moment.astimezone(BEIJING).date()


def beijing_midnight(day: date) -> datetime:
    """The first moment of a Beijing day, aware, in UTC."""
    return datetime(day.year, day.month, day.day, tzinfo=BEIJING).astimezone(UTC)


def day_interval(day: date) -> Interval:
    """A whole Beijing day."""
    return Interval(beijing_midnight(day), beijing_midnight(day + timedelta(days=1)))


_WIDTH = {"second": timedelta(seconds=1), "minute": timedelta(minutes=1)}

_YEAR = r"(?P<year>\d{4})"
_DATE = rf"{_YEAR}\s*(?:[-/.年])\s*(?P<month>\d{{1,2}})\s*(?:[-/.月])\s*(?P<day>\d{{1,2}})(?!\d)\s*(?:日|号)?"
_TIME = (
    r"(?P<hour>\d{1,2})\s*(?::|：|时|点)\s*(?P<minute>\d{1,2})\s*(?:分)?"
    r"(?:\s*[:：]?\s*(?P<second>\d{2})(?:\.\d+)?\s*秒?)?"
)
_OFFSET = r"\s*(?P<offset>Z|[+-]\d{2}:?\d{2})?"
_FULL = re.compile(rf"{_DATE}(?:[\sT\-,，]*(?:星期[一二三四五六日天])?\s*{_TIME}{_OFFSET})?", re.IGNORECASE)
_MONTH_DAY = re.compile(
    r"(?<!\d)(?P<month>\d{1,2})\s*[-/.月]\s*(?P<day>\d{1,2})(?!\d)\s*日?"
    r"(?:\s+(?P<hour>\d{1,2})[:：](?P<minute>\d{2}))?"
)
_COMPACT = re.compile(r"(?<!\d)(?P<year>(?:19|20)\d{2})(?P<month>[01]\d)(?P<day>[0-3]\d)(?!\d)")
_HAN_DATE = re.compile(
    r"(?P<year>[〇○零一二三四五六七八九]{4})年(?P<month>[一二三四五六七八九十]{1,2})月"
    r"(?P<day>[一二三四五六七八九十]{1,3})日"
)
_HAN_DIGITS = {c: i for i, c in enumerate("零一二三四五六七八九")} | {"〇": 0, "○": 0}


def _han_number(text: str) -> int:
    if "十" in text:
        tens, _, units = text.partition("十")
        return (_HAN_DIGITS[tens] if tens else 1) * 10 + (_HAN_DIGITS[units] if units else 0)
    return int("".join(str(_HAN_DIGITS[c]) for c in text))


def _offset(text: str | None) -> timezone:
    if not text:
        return BEIJING
    if text.upper() == "Z":
        return UTC
    digits = text[1:].replace(":", "")
    delta = timedelta(hours=int(digits[:2]), minutes=int(digits[2:]))
    return timezone(-delta if text[0] == "-" else delta)


def read_date(raw: str) -> date | None:
    """The first plausible calendar day in a text (`2018年12月20日`, `二〇一八年…`, `20181220`), or None."""
    found = _FULL.search(raw) or _COMPACT.search(raw)
    try:
        if found:
            return _plausible(int(found["year"]), int(found["month"]), int(found["day"]))
        han = _HAN_DATE.search(raw)
        if han:
            return _plausible(*(_han_number(han[part]) for part in ("year", "month", "day")))
    except ValueError:
        return None
    return None


def _plausible(year: int, month: int, day: int) -> date:
    if not EARLIEST_PLAUSIBLE <= year <= 2200:
        raise ValueError(f"year {year}")
    return date(year, month, day)


def read_declared(raw: str | None, source: str, *, anchor: datetime | None = None) -> Declared | None:
    """The time that a text prints, strictly read; None if it prints none.

    Args:
        raw: the text, e.g. a meta value, a list row's date cell, an epoch in milliseconds, an RFC 822 date with zone.
        source: kept with the answer (meta, label, list, url, feed, api).
        anchor: the moment of the look; needed for `MM-DD` without a year, which is then the latest such day not
            after the day that follows the look.

    `23:59:59`, `00:00:00` and `00:00` are fillers of publishing systems: the day is then all that is known.
    """
    text = (raw or "").strip()
    if not text:
        return None
    try:
        return _read(text, source, anchor)
    except (ValueError, OverflowError):
        return None


def _read(text: str, source: str, anchor: datetime | None) -> Declared | None:
    if re.fullmatch(r"\d{13}|\d{10}", text):
        moment = datetime.fromtimestamp(int(text[:10]), BEIJING)
        _plausible(moment.year, moment.month, moment.day)
        return _with_time(moment, "second", source, text)
    found = _FULL.search(text)
    if found:
        day = _plausible(int(found["year"]), int(found["month"]), int(found["day"]))
        if found["hour"] is None:
            return Declared(day_interval(day), "day", source, text)
        moment = datetime(
            day.year, day.month, day.day, int(found["hour"]), int(found["minute"]), int(found["second"] or 0),
            tzinfo=_offset(found["offset"]),
        )
        return _with_time(moment, "second" if found["second"] else "minute", source, text)
    if re.match(r"[A-Za-z]{3},\s*\d", text):
        moment = parsedate_to_datetime(text)
        if moment.tzinfo is None:
            moment = moment.replace(tzinfo=BEIJING)
        return _with_time(moment, "second", source, text)
    day_only = _COMPACT.search(text) or _HAN_DATE.search(text)
    if day_only:
        found_day = read_date(text)
        return Declared(day_interval(found_day), "day", source, text) if found_day else None
    short = _MONTH_DAY.search(text)
    if short and anchor:
        day = _latest_day(int(short["month"]), int(short["day"]), beijing_date(anchor) + timedelta(days=1))
        if short["hour"] is None:
            return Declared(day_interval(day), "day", source, text)
        moment = datetime(day.year, day.month, day.day, int(short["hour"]), int(short["minute"]), tzinfo=BEIJING)
        return _with_time(moment, "minute", source, text)
    return None


def _latest_day(month: int, day: int, horizon: date) -> date:
    """The latest day of that month and day that is not after `horizon`. Raises ValueError for a day of no year."""
    for year in range(horizon.year, horizon.year - 9, -1):  # a 29 February comes at most eight years apart
        try:
            found = date(year, month, day)
        except ValueError:
            continue
        if found <= horizon:
            return found
    raise ValueError(f"{month}-{day}")


def _with_time(moment: datetime, precision: Precision, source: str, raw: str) -> Declared:
    local = moment.astimezone(BEIJING)
    filler = (local.hour, local.minute, local.second) in {(0, 0, 0), (23, 59, 59)}
    if filler:
        return Declared(day_interval(local.date()), "day", source, raw)
    start = moment.astimezone(UTC)
    return Declared(Interval(start, start + _WIDTH[precision]), precision, source, raw)
