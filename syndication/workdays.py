"""A working-day clock for an edition that asks for one: hours of working days count, those of days off do not.

No national text seen counts working days for the duty to republish (docs/rules.md); local rules may. The days come from
the package chinese-calendar (extra `calendar`), which knows a year only once the State Council has published its
holidays and the package was updated: an unknown year is an error, never a guess.
"""

from __future__ import annotations

from datetime import timedelta
from importlib import import_module
from typing import TYPE_CHECKING

from syndication.clock import beijing_date, beijing_midnight
from syndication.errors import RulesError

if TYPE_CHECKING:
    from datetime import date, datetime

LONGEST = 60  # days; no holiday is as long


def is_workday(day: date) -> bool:
    """Whether a day is worked in mainland China.

    Raises:
        RulesError: the package is missing, or does not know the year.
    """
    try:
        calendar = import_module("chinese_calendar")
    except ImportError as missing:
        raise RulesError(
            'an edition has calendar = "working": install the extra, pip install "policy-syndication[calendar]"'
        ) from missing
    try:
        return bool(calendar.is_workday(day))
    except NotImplementedError as unknown:
        raise RulesError(
            f"chinese-calendar does not know the holidays of {day.year}; update it (pip install -U chinese-calendar),"
            " or judge by an edition with the continuous clock until it does"
        ) from unknown


def due_after(released: datetime, hours: float) -> datetime:
    """The moment at which `hours` of working days have passed since a release. Raises RulesError as `is_workday`."""
    left = timedelta(hours=hours)
    moment = released
    for _ in range(LONGEST):
        day = beijing_date(moment)
        midnight = beijing_midnight(day + timedelta(days=1))
        if is_workday(day):
            if moment + left <= midnight:
                return moment + left
            left -= midnight - moment
        moment = midnight
    raise RulesError(f"no {hours} working hours within {LONGEST} days of {released}")
