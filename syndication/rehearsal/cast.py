"""The whole story: ten days in March, two looks a day, the releases and the portals."""

from __future__ import annotations

from syndication.rehearsal.bulletin import DUTY_CHANGES, RELEASES
from syndication.rehearsal.departments import DEPARTMENTS
from syndication.rehearsal.provinces import PROVINCES
from syndication.rehearsal.scenario import Story, beijing, look_times

FIRST_LOOK = beijing("03-01 02:15")
DAYS = 10


def story() -> Story:
    """The rehearsal's story."""
    releases = tuple(sorted(RELEASES, key=lambda release: release.released))
    return Story(releases, (*PROVINCES, *DEPARTMENTS), DUTY_CHANGES, look_times(FIRST_LOOK, DAYS))
