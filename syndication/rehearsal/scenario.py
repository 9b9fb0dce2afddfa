"""The values of which the rehearsal's story is told: releases, portals, what each carries when, when it fails.

Times are aware. A story holds what happened, never what should be judged of it: that is worked out in `answers`.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from typing import TYPE_CHECKING

from syndication.clock import BEIJING

if TYPE_CHECKING:
    from collections.abc import Mapping

    from syndication.glossary import Level, Outcome, Role
    from syndication.rehearsal.papers import Paper

YEAR = 2026


def beijing(text: str) -> datetime:
    """The moment of `03-01 09:12` or `03-01 09:12:37` in the rehearsal's year, Beijing time."""
    pattern = "%Y-%m-%d %H:%M:%S" if text.count(":") == 2 else "%Y-%m-%d %H:%M"
    return datetime.strptime(f"{YEAR}-{text}", pattern).replace(tzinfo=BEIJING)


class How(StrEnum):
    """How a portal puts an item up."""

    COPY = "copy"
    ABRIDGED = "abridged"
    LINK = "link"  # the list row itself leads to www.gov.cn
    JUMP = "jump"  # a page of the portal, /jump?url=…, whose script leads on
    REDIRECT = "redirect"  # /jump?url=… again, answered by a redirection
    REFRESH = "refresh"  # a page of the portal that only refreshes to www.gov.cn
    TITLE_ONLY = "title_only"
    INTERPRETATION = "interpretation"
    IMPLEMENTING = "implementing"
    AMENDED = "amended"  # a later version of the same paper
    LAST_YEAR = "last_year"
    OLDER = "older"  # a State Council paper from before the rehearsal
    LOCAL = "local"  # news of the place


class Prints(StrEnum):
    """How exactly a page prints its time."""

    MINUTE = "minute"
    DAY = "day"
    FILLER = "filler"  # a minute that reads 00:00: the day is all that it says


@dataclass(frozen=True)
class Release:
    """A paper as www.gov.cn published it; its lists show it from `released` on.

    `pushed`: it stands in the push feed and so carries the duty. `filler` replaces the time of day that its page gives.
    `alias_of` is the key of the release that the same paper already is at another address.
    """

    key: str
    paper: Paper
    released: datetime
    content_id: int
    pushed: bool = True
    filler: str = ""
    alias_of: str = ""

    @property
    def told(self) -> tuple[datetime, datetime]:
        """Between which moments it came out, as far as its page says: one moment, or a whole day where the time is a filler."""
        if not self.filler:
            return self.released, self.released
        midnight = self.released.replace(hour=0, minute=0, second=0)
        return midnight, midnight + timedelta(days=1)

    @property
    def url(self) -> str:
        """The address of its page."""
        if self.alias_of:
            return f"https://www.gov.cn/gongbao/content/{self.released:%Y}/content_{self.content_id}.htm"
        return f"https://www.gov.cn/zhengce/content/{self.released:%Y%m}/content_{self.content_id}.htm"


@dataclass(frozen=True)
class DutyChange:
    """A row of duties.csv: a person adds or lifts a duty."""

    release: str
    duty: bool
    reason: str
    by: str
    on: str


@dataclass(frozen=True)
class Posting:
    """An item on a channel of a portal, visible from `at` on.

    `printed` is the time that its page and row print; it differs from `at` where the portal tells another. `about` is
    the key of the release that it carries or resembles. Until `article_fails_until` its page answers 502.
    One that is not `sourced` names neither a source nor the number of the paper. From `gone_at` on it is there no more;
    from `altered_at` on its text lacks a paragraph.
    """

    channel: str
    how: How
    at: datetime
    about: str
    prints: Prints
    printed: datetime
    sourced: bool = True
    scheme: str = "https"
    article_fails_until: datetime | None = None
    gone_at: datetime | None = None
    altered_at: datetime | None = None

    def stands(self, at: datetime) -> bool:
        """Whether it is up at a moment."""
        return self.at <= at and (self.gone_at is None or at < self.gone_at)


@dataclass(frozen=True)
class Outage:
    """A time in which a part of a site does not answer as it should: `path` is a prefix, empty for the whole host.

    How it looks from outside follows from the outcome that a look must have (`failing.py`).
    """

    since: datetime
    until: datetime
    outcome: Outcome
    status: int | None = None
    path: str = ""


@dataclass(frozen=True)
class StoryChannel:
    """A list of a portal: a row of channels.csv and the shape in which the fleet draws it."""

    id: str
    name: str
    path: str
    family: str
    role: Role
    shape: str
    options: Mapping[str, object] = field(default_factory=dict)


@dataclass(frozen=True)
class StoryPortal:
    """A portal of the fleet. `embed`: its home page holds the push script instead of a list of its own."""

    id: str
    name: str
    level: Level
    origin: str
    article_shape: str
    channels: tuple[StoryChannel, ...]
    postings: tuple[Posting, ...]
    outages: tuple[Outage, ...] = ()
    charset: str = "utf-8"
    list_content_type: str = "text/html; charset=utf-8"
    article_content_type: str = "text/html; charset=utf-8"
    embed: bool = False
    challenge: bool = False

    @property
    def host(self) -> str:
        """The host of its addresses."""
        return self.origin.partition("://")[2]

    @property
    def home_url(self) -> str:
        """The address of its home page."""
        return f"{self.origin}/"

    def answers(self, path: str, at: datetime) -> bool:
        """Whether an address under `path` gives its page at a moment."""
        down = any(outage.since <= at < outage.until and path.startswith(outage.path) for outage in self.outages)
        return not down and not self.challenge


@dataclass(frozen=True)
class Story:
    """All that happens: releases by time, portals, changes of duty, and the moments at which the monitor looks."""

    releases: tuple[Release, ...]
    portals: tuple[StoryPortal, ...]
    duty_changes: tuple[DutyChange, ...]
    looks: tuple[datetime, ...]

    def release(self, key: str) -> Release:
        """The release of that key. Raises KeyError."""
        return {release.key: release for release in self.releases}[key]

    def carries(self, about: str, release: Release) -> bool:
        """Whether a posting about `about` is about this release, be it under another address of it."""
        known = {one.key: one.alias_of or one.key for one in self.releases}
        return known.get(about, "") == release.key

    def owed(self) -> tuple[Release, ...]:
        """The releases with a duty: pushed and not lifted, or added; by time."""
        changed = {change.release: change.duty for change in self.duty_changes}
        return tuple(release for release in self.releases if changed.get(release.key, release.pushed))


def look_times(first: datetime, days: int) -> tuple[datetime, ...]:
    """Two looks a day, twelve hours apart, from `first` on."""
    return tuple(first + timedelta(hours=12 * index) for index in range(2 * days))
