"""The known answers: what the edition of 24 hours must say of each portal and owed release, worked out from the story.

This shares no code with `syndication.judging`, nor with the readers: it knows when a posting stood where and which
looks were answered, and applies the time rules of the design to that. A story outside the rules worked out here raises
ValueError instead of giving a doubtful answer.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from syndication.glossary import Role
from syndication.rehearsal.scenario import How, Prints

if TYPE_CHECKING:
    from syndication.rehearsal.fleet import Fleet, Placed
    from syndication.rehearsal.scenario import Posting, Release, StoryChannel, StoryPortal

ALLOWED = timedelta(hours=24)
COUNTS = {
    How.COPY: "copy",
    How.ABRIDGED: "abridged",
    How.LINK: "link",
    How.JUMP: "wrapped_link",
    How.REDIRECT: "wrapped_link",
    How.REFRESH: "wrapped_link",
}
"""The ways of carrying that fulfil the duty, with the mode that a verdict names."""


@dataclass(frozen=True)
class Carrying:
    """One posting as the looks could see it: its interval, and what its page told wrongly or left out."""

    placed: Placed
    earliest: datetime | None
    latest: datetime
    flags: tuple[str, ...]


@dataclass(frozen=True)
class KnownAnswer:
    """A row of truth.csv."""

    portal: StoryPortal
    release: Release
    scenario: str
    placed: Placed | None
    status: str
    mode: str = ""
    flags: tuple[str, ...] = ()
    interval: tuple[datetime, datetime] | None = None


def known_answers(fleet: Fleet) -> tuple[KnownAnswer, ...]:
    """A row for each portal and each release with a duty, portals in the story's order."""
    return tuple(
        _Watch(fleet, portal).verdict(release) for portal in fleet.story.portals for release in fleet.story.owed()
    )


class _Watch:
    """What the looks at one portal showed."""

    def __init__(self, fleet: Fleet, portal: StoryPortal) -> None:
        self.fleet, self.portal, self.looks = fleet, portal, fleet.story.looks
        self.columns = [channel for channel in portal.channels if channel.role is Role.COLUMN]

    def answered(self, path: str, look: datetime) -> bool:
        """Whether an address under `path` gave its page at a look."""
        down = any(
            outage.since <= look < outage.until and path.startswith(outage.path) for outage in self.portal.outages
        )
        return not down and not self.portal.challenge

    def verdict(self, release: Release) -> KnownAnswer:
        """The answer for one release with a duty."""
        deadline = release.released + ALLOWED
        if self.portal.embed and release.pushed:
            return self._embedded(release, deadline)
        posted = [placed for placed in self.fleet.placed(self.portal) if placed.posting.about == release.key]
        seen = [found for placed in posted if placed.posting.how in COUNTS and (found := self._carrying(placed))]
        judged = [(self._judge(found, deadline), found) for found in seen]
        for status in ("on_time", "undetermined", "late"):
            of_status = [found for verdict, found in judged if verdict == status]
            if of_status:
                return self._carried(release, status, min(of_status, key=lambda found: found.latest))
        return self._not_carried(release, deadline, posted[0] if posted else None)

    def _carried(self, release: Release, status: str, best: Carrying) -> KnownAnswer:
        placed, mode = best.placed, COUNTS[best.placed.posting.how]
        interval = (best.earliest or release.released, best.latest)
        return KnownAnswer(
            self.portal, release, _scenario(placed.posting, status), placed, status, mode, best.flags, interval
        )

    def _not_carried(self, release: Release, deadline: datetime, unseen: Placed | None) -> KnownAnswer:
        """Nothing that counts was seen; `unseen` is what the portal put up all the same."""
        if self.looks[-1] < deadline:
            return KnownAnswer(self.portal, release, "pending", unseen, "pending")
        if self.portal.embed:
            # The script shows the push feed and nothing else: as nobody can put an item in, absence proves nothing.
            return KnownAnswer(self.portal, release, "not_pushed", None, "undetermined")
        if not self.columns:
            return KnownAnswer(self.portal, release, "no_column", unseen, "undetermined", flags=("no_column",))
        scenario = unseen.posting.how.value if unseen else "blocked" if self.portal.challenge else "missing"
        if not all(self._absent_after(channel, release, deadline) for channel in self.columns):
            return KnownAnswer(self.portal, release, scenario, unseen, "not_observed")
        title_seen = unseen and unseen.posting.how is How.TITLE_ONLY and self._carrying(unseen)
        return KnownAnswer(self.portal, release, scenario, unseen, "missing", "title_only" if title_seen else "")

    def _embedded(self, release: Release, deadline: datetime) -> KnownAnswer:
        good = [look for look in self.looks if self.answered("/", look)]
        before = [look for look in good if look <= release.released]
        after = [look for look in good if release.released <= look]
        listed = min(look for look in self.looks if look >= release.released)  # www.gov.cn answers at every look
        if not before or not after or listed > deadline:
            raise ValueError(
                f"{self.portal.id}: the embed was not seen around {release.key}; the story is outside these rules"
            )
        return KnownAnswer(self.portal, release, "embed", None, "on_time", "embed")

    def _carrying(self, placed: Placed) -> Carrying | None:
        posting = placed.posting
        channel = {channel.id: channel for channel in self.portal.channels}[posting.channel]
        with_it = [look for look in self.looks if look >= posting.at and self._shows(placed, channel, look)]
        if not with_it:
            return None
        first = with_it[0]
        without = [look for look in self.looks if look < first and self.answered(channel.path, look)]
        last_without = without[-1] if without and channel.role is Role.COLUMN else None
        flags: list[str] = []
        if not posting.sourced:
            flags.append("no_source")
        begin, end = _declared(placed)
        if last_without and end <= last_without:
            return Carrying(placed, last_without, first, ("backdated", *flags))
        if begin > first:
            return Carrying(placed, last_without, first, ("postdated", *flags))
        earliest = max(begin, last_without) if last_without else begin
        return Carrying(placed, earliest, min(end, first), tuple(flags))

    def _shows(self, placed: Placed, channel: StoryChannel, look: datetime) -> bool:
        in_list = self.answered(channel.path, look)
        on_home = self.answered("/", look) and placed in self.fleet.shown_on_home(self.portal, look)
        return in_list or on_home

    def _judge(self, found: Carrying, deadline: datetime) -> str:
        if found.latest <= deadline:
            return "on_time"
        if found.earliest is None or found.earliest <= deadline:
            return "undetermined"
        about, own = found.placed.posting.about, found.placed.posting.channel
        if not self.columns:
            return "undetermined"  # it may have stood elsewhere before, and no look proves that it did not
        others = [channel for channel in self.columns if channel.id != own]
        release = self.fleet.story.release(about)
        return "late" if all(self._absent_after(channel, release, deadline) for channel in others) else "undetermined"

    def _absent_after(self, channel: StoryChannel, release: Release, deadline: datetime) -> bool:
        """Whether a look at the channel after the deadline was answered and showed nothing that carries the release."""
        postings = [placed.posting for placed in self.fleet.placed(self.portal)]
        carried = [
            posting.at
            for posting in postings
            if posting.about == release.key and posting.channel == channel.id and posting.how in COUNTS
        ]
        return any(
            look > deadline and self.answered(channel.path, look) and not any(at <= look for at in carried)
            for look in self.looks
        )


def _scenario(posting: Posting, status: str) -> str:
    words = [posting.how.value]
    if posting.prints is not Prints.MINUTE:
        words.append("dayonly" if posting.prints is Prints.DAY else "filler")
    if posting.printed != posting.at:
        words.append("backdated" if posting.printed < posting.at else "postdated")
    return "_".join([*words, "late"] if status == "late" else words)


def _declared(placed: Placed) -> tuple[datetime, datetime]:
    """The minute or day that the page prints, or its list row where the page only leads on."""
    posting = placed.posting
    start = posting.printed
    only_row = posting.how in {How.LINK, How.JUMP, How.REDIRECT, How.REFRESH}
    if only_row or posting.prints is not Prints.MINUTE:
        midnight = start.replace(hour=0, minute=0, second=0)
        return midnight, midnight + timedelta(days=1)
    return start, start + timedelta(minutes=1)
