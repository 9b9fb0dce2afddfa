"""The working-day clock: days off do not count, an unknown year is an error."""

from __future__ import annotations

from datetime import date, datetime

import pytest

from syndication.clock import BEIJING
from syndication.errors import RulesError
from syndication.workdays import due_after, is_workday


def at(text):
    return datetime.strptime(text, "%Y-%m-%d %H:%M").replace(tzinfo=BEIJING)


@pytest.mark.parametrize(
    ("released", "hours", "due"),
    [
        ("2018-12-20 10:00", 24, "2018-12-21 10:00"),
        ("2018-12-21 10:00", 24, "2018-12-24 10:00"),  # a Friday: the weekend does not count
        ("2018-12-22 10:00", 24, "2018-12-25 00:00"),  # a Saturday: counting begins on Monday
        ("2018-12-28 18:00", 8, "2018-12-29 02:00"),  # the Saturday after it was worked, for the New Year
        ("2018-09-30 10:00", 24, "2018-10-08 10:00"),  # the National Day week
    ],
)
def test_due(released, hours, due):
    assert due_after(at(released), hours) == at(due)


def test_an_unknown_year_is_an_error_that_says_so():
    with pytest.raises(RulesError, match="does not know the holidays of 2099"):
        is_workday(date(2099, 1, 4))
