"""The large story, for `syndication rehearse`: a fortnight, the portals told by hand and the troupe, nights and probes.

It goes on where the small one ends (cast.py), with what that has no room for: a release whose page tells no time, one at
two addresses, one that was amended since, troubles of every kind.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

from syndication.glossary import Outcome
from syndication.rehearsal import papers
from syndication.rehearsal.bulletin import DUTY_CHANGES, RELEASES
from syndication.rehearsal.departments import DEPARTMENTS
from syndication.rehearsal.provinces import PROVINCES
from syndication.rehearsal.scenario import Release, Story, StoryPortal, beijing
from syndication.rehearsal.troupe import troupe

FIRST_NIGHT = beijing("03-01 02:15")
DAYS = 14

SALT = next(release for release in RELEASES if release.key == "salt")

LATER: tuple[Release, ...] = (
    Release(
        "day-told", papers.opinion("bridge", "国办发〔2026〕12号", date(2026, 3, 5)), beijing("03-09 15:30:00"), 9001031,
        filler="00:00:00",
    ),
    Release("salt-gazette", SALT.paper, beijing("03-10 15:00:00"), 9001090, pushed=False, alias_of="salt"),
    Release("rivers", papers.plan_notice("river", "国发〔2026〕7号", date(2026, 3, 8)), beijing("03-11 10:12:09"), 9001120),
    Release("pipes", papers.opinion("water", "国办发〔2026〕13号", date(2026, 3, 8)), beijing("03-11 16:41:55"), 9001133),
    Release("rules", papers.regulation("weather", "国令第932号", date(2026, 3, 6)), beijing("03-12 09:33:20"), 9001160),
    Release(
        "midnight", papers.plan_notice("clinic", "国发〔2026〕8号", date(2026, 3, 9)), beijing("03-12 23:58:10"), 9001188
    ),
    Release("games", papers.opinion("sport", "国办发〔2026〕14号", date(2026, 3, 11)), beijing("03-14 09:05:44"), 9001231),
)  # fmt: skip


def fortnight(days: int = DAYS) -> Story:
    """The large story, or its first days; `looks` are its nights, the last one closes it."""
    releases = tuple(sorted((*RELEASES, *LATER), key=lambda release: release.released))
    nights = tuple(FIRST_NIGHT + timedelta(days=number) for number in range(days + 1))
    changed = {change.release: change.duty for change in DUTY_CHANGES}
    played = [one for one in releases if one.alias_of or changed.get(one.key, one.pushed)]
    return Story(releases, (*map(_quick, (*PROVINCES, *DEPARTMENTS)), *troupe(played)), DUTY_CHANGES, nights)


def _quick(portal: StoryPortal) -> StoryPortal:
    """A portal that stays silent for days refuses instead: each look at a silent one takes seconds."""
    day = timedelta(days=1)
    outages = tuple(
        replace(outage, outcome=Outcome.REFUSED)
        if outage.outcome is Outcome.TIMEOUT and outage.until - outage.since > day else outage
        for outage in portal.outages
    )  # fmt: skip
    return replace(portal, outages=outages)
