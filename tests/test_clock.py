"""Times as portals print them: what is read, how precisely, and what is no time."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest

from syndication.clock import BEIJING, Interval, beijing_text, from_text, read_date, read_declared, to_text

ANCHOR = datetime(2026, 1, 2, 2, 15, tzinfo=BEIJING)

PRINTED = {
    "2019-09-18 06:23": ("2019-09-18 06:23:00", "minute"),
    "2022-04-17 14:46:00": ("2022-04-17 14:46:00", "second"),
    "2018-12-24-10:08:20": ("2018-12-24 10:08:20", "second"),
    "2018-12-24-23:59:59": ("2018-12-24 00:00:00", "day"),
    "2020-02-13 00:00": ("2020-02-13 00:00:00", "day"),
    "2020-02-13 00:00:00": ("2020-02-13 00:00:00", "day"),
    "2018/12/27": ("2018-12-27 00:00:00", "day"),
    "2022.10.31": ("2022-10-31 00:00:00", "day"),
    "[2026-09-29]": ("2026-09-29 00:00:00", "day"),
    "2026- 08- 07": ("2026-08-07 00:00:00", "day"),
    "发布时间：2023-10-23  08:59": ("2023-10-23 08:59:00", "minute"),
    "2016年11月22日 10:05": ("2016-11-22 10:05:00", "minute"),
    "2016年11月22日 10时05分": ("2016-11-22 10:05:00", "minute"),
    "2016年11月22日": ("2016-11-22 00:00:00", "day"),
    "二〇一八年十二月二十日": ("2018-12-20 00:00:00", "day"),
    "20181220": ("2018-12-20 00:00:00", "day"),
    "1667206500000": ("2022-10-31 16:55:00", "second"),
    "Wed, 19 Dec 2018 18:15:00 GMT": ("2018-12-20 02:15:00", "second"),
    "Wed, 19 Dec 2018 18:15:00": ("2018-12-19 18:15:00", "second"),
    "2026-11-22T17:30:00+08:00": ("2026-11-22 17:30:00", "second"),
    "2026-11-22T09:30:00Z": ("2026-11-22 17:30:00", "second"),
    "12-25": ("2025-12-25 00:00:00", "day"),
    "01-03": ("2026-01-03 00:00:00", "day"),
    "01-04": ("2025-01-04 00:00:00", "day"),
    "02-29": ("2024-02-29 00:00:00", "day"),
    "12月31日": ("2025-12-31 00:00:00", "day"),
}


@pytest.mark.parametrize("raw", PRINTED)
def test_printed(raw):
    declared = read_declared(raw, "list", anchor=ANCHOR)
    assert (beijing_text(declared.interval.earliest, seconds=True), declared.precision) == PRINTED[raw]
    assert (declared.source, declared.raw) == ("list", raw)


NO_TIME = ["", None, "昨天", "13-45", "2018-13-01", "2018-02-30", "99999999", "共 1094 条", "1", "0000-00-00 00:00"]


@pytest.mark.parametrize("raw", NO_TIME)
def test_no_time(raw):
    assert read_declared(raw, "list", anchor=ANCHOR) is None


def test_a_day_without_a_year_needs_the_look():
    assert read_declared("12-25", "list") is None


def test_a_minute_is_an_interval_that_ends_before_the_next():
    span = read_declared("2019-09-18 06:23", "meta").interval
    assert to_text(span.earliest) == "2019-09-17T22:23:00Z"
    assert to_text(span.latest) == "2019-09-17T22:24:00Z"


def test_dates_of_papers():
    assert read_date("成文日期：2018年12月06日") == date(2018, 12, 6)
    assert read_date("一九九六年二月五日") == date(1996, 2, 5)
    assert read_date("第12号") is None


def test_naive_times_never_pass():
    with pytest.raises(ValueError, match="naive"):
        to_text(datetime(2026, 1, 1))  # noqa: DTZ001 - that is the point
    with pytest.raises(ValueError, match="aware"):
        Interval(datetime(2026, 1, 1), datetime(2026, 1, 1, tzinfo=UTC))  # noqa: DTZ001 - that is the point


def test_store_text_goes_round():
    assert to_text(from_text("2026-01-01T00:00:00Z")) == "2026-01-01T00:00:00Z"
