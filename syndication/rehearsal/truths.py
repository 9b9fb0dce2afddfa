"""What was true, from the story alone, and whether looks before and after the deadline could have shown it.

The known answers (answers.py) follow from the looks that were made: were a look left out that the program owes, they would
only say less. So here stands what must be said where a portal could be reached about its deadline.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

from syndication.glossary import Role
from syndication.rehearsal.answers import COUNTS, unclear
from syndication.rehearsal.scenario import How, Prints

if TYPE_CHECKING:
    from datetime import datetime

    from syndication.rehearsal.scenario import Posting, Release, Story, StoryPortal

MINUTE = timedelta(minutes=1)
ONLY_ROWS = frozenset({How.LINK, How.JUMP, How.REDIRECT, How.REFRESH})
"""Ways of carrying whose time stands in the list alone, where the fleet prints days."""


@dataclass(frozen=True)
class Truth:
    """`on_time`, `late` or `missing`; `decidable` if a look just before and one just after the deadline had to show it."""

    status: str
    decidable: bool


def truth(
    story: Story, portal: StoryPortal, release: Release, hours: float, tick: timedelta, end: datetime
) -> Truth | None:
    """What a portal did with a release within so many hours; None while the deadline and a look after it are not past.

    Args:
        story: the story.
        portal: one of its portals.
        release: one of its releases, with a duty.
        hours: within which it must be carried.
        tick: between two probes; probes and the first night begin at whole ticks of each other.
        end: the last moment at which anything was looked at.
    """
    allowed = timedelta(hours=hours)
    strict, lenient = (moment + allowed for moment in release.told)
    before = story.looks[0] + tick * ((strict - story.looks[0]) // tick)
    after = story.looks[0] + tick * ((lenient - story.looks[0]) // tick + 1)
    if after > end:
        return None
    if portal.embed and release.pushed:
        return Truth("on_time", decidable=False)  # by its very nature; no look is made for it
    posted = [
        one for one in portal.postings if story.carries(one.about, release) and one.how in COUNTS and one.at <= end
    ]
    first = min(posted, key=lambda one: one.at, default=None)
    status = "missing" if first is None else "on_time" if first.at <= release.released + allowed else "late"
    return Truth(status, _decidable(story, portal, release, first, (strict, lenient), (before, after), end))


def _decidable(
    story: Story, portal: StoryPortal, release: Release, first: Posting | None, deadline: tuple[datetime, datetime],
    looks: tuple[datetime, datetime], end: datetime,
) -> bool:  # fmt: skip
    columns = [channel for channel in portal.channels if channel.role is Role.COLUMN]
    if unclear(portal, release):
        return False
    if not columns or not all(portal.answers(channel.path, look) for channel in columns for look in looks):
        return False
    if first is None:
        return True
    if not any(first.stands(night) and portal.answers("", night) for night in story.looks if night <= end):
        return False
    strict, lenient = deadline
    before, after = looks
    exact = first.prints is Prints.MINUTE and first.how not in ONLY_ROWS and first.printed == first.at
    told = exact and (first.at + MINUTE <= strict or first.at > lenient)
    in_column = any(first.channel == channel.id for channel in columns)
    return told or (in_column and not before < first.at <= after)
