"""The known answers: what an edition must say of each portal and owed release, worked out from the story and the looks.

This shares no code with `syndication.judging`, nor with the readers: it knows when a posting stood where and which
looks were answered, and applies the time rules of the design to that. A story outside the rules worked out here raises
`OutsideTheRules` instead of giving a doubtful answer.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Protocol

from syndication.glossary import Role
from syndication.rehearsal.bulletin import older_paper
from syndication.rehearsal.government import GOV_CN, PUSH_PATHS
from syndication.rehearsal.scenario import How, Prints

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from syndication.rehearsal.fleet import Fleet, Placed
    from syndication.rehearsal.scenario import Posting, Release, StoryChannel, StoryPortal

DAY = 24.0
MADE_LATER = timedelta(minutes=30)
"""A printed time so shortly before a look that lacks the posting is no lie: lists are files made a little later (design)."""
APART = timedelta(hours=6)
"""Two looks at a carried page must lie so far apart to prove that it was withdrawn or altered (second-sight.md)."""
COUNTS = {
    How.COPY: "copy",
    How.ABRIDGED: "abridged",
    How.LINK: "link",
    How.JUMP: "wrapped_link",
    How.REDIRECT: "wrapped_link",
    How.REFRESH: "wrapped_link",
}
"""The ways of carrying that fulfil the duty, with the mode that a verdict names."""


class OutsideTheRules(ValueError):
    """What was looked at, or the story, leaves an answer open that these rules do not know; none is given."""


class Witness(Protocol):
    """Who saw which address being asked for. `end` is the last moment at which anything was."""

    @property
    def end(self) -> datetime:
        """The last moment at which anything was looked at."""

    def asked(self, host: str, path: str) -> Sequence[datetime]:
        """When an address was asked for, each moment once, in order."""


@dataclass(frozen=True)
class EveryLook:
    """The witness of a story in which every look asks for everything."""

    looks: Sequence[datetime]

    @property
    def end(self) -> datetime:
        """The last look."""
        return self.looks[-1]

    def asked(self, host: str, path: str) -> Sequence[datetime]:
        """All looks."""
        return self.looks


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


def unclear(portal: StoryPortal, release: Release) -> bool:
    """Whether a portal links an older paper of the same title: a row without text, which is left to a person."""
    linked = (one.about for one in portal.postings if one.how is How.LINK and one.about.isdigit())
    return any(older_paper(int(about)).title == release.paper.title for about in linked)


def known_answers(fleet: Fleet, witness: Witness | None = None, hours: float = DAY) -> tuple[KnownAnswer, ...]:
    """A row for each portal and each release with a duty that came out before the end, portals in the story's order.

    Args:
        fleet: plays the story.
        witness: saw what was asked for when; without one every look of the story asked for everything.
        hours: within which a release must be carried.

    Raises:
        OutsideTheRules: naming portal and release.
    """
    seen = witness or EveryLook(fleet.story.looks)
    allowed = timedelta(hours=hours)
    return tuple(
        _Watch(fleet, portal, seen, allowed).verdict(release)
        for portal in fleet.story.portals
        for release in fleet.story.owed()
        if release.released < seen.end
    )


class _Watch:
    """What the looks at one portal showed."""

    def __init__(self, fleet: Fleet, portal: StoryPortal, witness: Witness, allowed: timedelta) -> None:
        self.fleet, self.portal, self.witness, self.allowed = fleet, portal, witness, allowed
        self.columns = [channel for channel in portal.channels if channel.role is Role.COLUMN]
        self.home = self._good("/")
        self.lists = {channel.id: self._good(channel.path) for channel in portal.channels}

    def _good(self, path: str) -> list[datetime]:
        """The moments at which an address was asked for and gave its page."""
        return [at for at in self.witness.asked(self.portal.host, path) if self.portal.answers(path, at)]

    def verdict(self, release: Release) -> KnownAnswer:
        """The answer for one release with a duty."""
        strict, deadline = (moment + self.allowed for moment in release.told)
        if self.portal.embed and release.pushed:
            return self._embedded(release, strict, deadline)
        posted = [
            placed for placed in self.fleet.placed(self.portal)
            if self.fleet.story.carries(placed.posting.about, release)
        ]  # fmt: skip
        seen = [found for placed in posted if placed.posting.how in COUNTS and (found := self._carrying(placed))]
        judged = [(self._judge(found, release, strict, deadline), found) for found in seen]
        for status in ("on_time", "undetermined", "late"):
            of_status = [found for verdict, found in judged if verdict == status]
            if of_status and status == "late" and unclear(self.portal, release):
                raise OutsideTheRules(f"{self.portal.id}: late beside a row that is left to a person is outside these rules")
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
        if self.witness.end < deadline:
            return KnownAnswer(self.portal, release, "pending", unseen, "pending")
        if self.columns and unclear(self.portal, release):
            return KnownAnswer(self.portal, release, "same_title", unseen, "undetermined")
        home_seen = any(look > deadline for look in self.home)
        if self.portal.embed:
            # The script shows the push feed and nothing else: as nobody can put an item in, absence proves nothing.
            return KnownAnswer(self.portal, release, "not_pushed", None, "undetermined" if home_seen else "not_observed")
        if not self.columns:
            status, flags = ("undetermined", ("no_column",)) if home_seen else ("not_observed", ())
            return KnownAnswer(self.portal, release, "no_column", unseen, status, flags=flags)
        scenario = unseen.posting.how.value if unseen else "blocked" if self.portal.challenge else "missing"
        if not all(self._absent_after(channel, release, deadline) for channel in self.columns):
            return KnownAnswer(self.portal, release, scenario, unseen, "not_observed")
        title_seen = unseen and unseen.posting.how is How.TITLE_ONLY and self._carrying(unseen)
        return KnownAnswer(self.portal, release, scenario, unseen, "missing", "title_only" if title_seen else "")

    def _embedded(self, release: Release, strict: datetime, deadline: datetime) -> KnownAnswer:
        """A script that stands at two looks stood between them; it shows what the push feed lists."""
        asked = {look for path in PUSH_PATHS for look in self.witness.asked(GOV_CN, path)}
        listed = min((look for look in asked if look >= release.released), default=None)
        unlisted = max((look for look in asked if look < release.released), default=release.told[0])
        if listed is None or unlisted > deadline or not any(look <= release.told[0] for look in self.home):
            raise OutsideTheRules(
                f"{self.portal.id}: the embed was not seen around {release.key}; the story is outside these rules"
            )
        if any(look >= listed for look in self.home):
            status = "on_time" if listed <= strict else "undetermined"
            return KnownAnswer(self.portal, release, "embed", None, status, "embed")
        status = "pending" if self.witness.end < deadline else "not_observed"
        return KnownAnswer(self.portal, release, status, None, status)

    def _carrying(self, placed: Placed) -> Carrying | None:
        posting = placed.posting
        channel = {channel.id: channel for channel in self.portal.channels}.get(posting.channel)
        in_list = self.lists[channel.id] if channel else []
        on_home = [look for look in self.home if placed in self.fleet.shown_on_home(self.portal, look)]
        with_it = sorted(look for look in {*in_list, *on_home} if posting.stands(look))
        if not with_it:
            return None
        first = with_it[0]
        without = [look for look in in_list if look < first]
        last_without = without[-1] if without and channel and channel.role is Role.COLUMN else None
        flags = ([] if posting.sourced else ["no_source"]) + self._afterwards(placed)
        begin, end = _declared(placed)
        if last_without and end <= last_without:
            if last_without - end <= MADE_LATER:
                return Carrying(placed, last_without, first, tuple(flags))
            if _on_twelve_hours(begin, last_without, first):
                raise OutsideTheRules(f"{placed.url}: a clock of twelve hours is outside these rules")
            return Carrying(placed, last_without, first, ("backdated", *flags))
        if begin > first:
            return Carrying(placed, last_without, first, ("postdated", *flags))
        earliest = max(begin, last_without) if last_without else begin
        return Carrying(placed, earliest, min(end, first), tuple(flags))

    def _afterwards(self, placed: Placed) -> list[str]:
        """What later looks at the page itself prove: each thing twice, and no look between that says otherwise."""
        posting, path = placed.posting, placed.url.removeprefix(self.portal.origin)
        fails = posting.article_fails_until
        looks = [
            look for look in self._good(path) if posting.at <= look and not (fails and look < fails)
        ] if placed.url.startswith(self.portal.origin) else []  # fmt: skip
        again = looks[1:]  # the first one read it
        found = []
        for flag, since in (("withdrawn", posting.gone_at), ("altered", posting.altered_at)):
            proving = [look for look in again if since and since <= look]
            if proving and proving[-1] - proving[0] >= APART:
                found.append(flag)
        return found

    def _judge(self, found: Carrying, release: Release, strict: datetime, deadline: datetime) -> str:
        if found.latest <= strict:
            return "on_time"
        if found.earliest is None or found.earliest <= deadline:
            return "undetermined"
        if not self.columns:
            return "undetermined"  # it may have stood elsewhere before, and no look proves that it did not
        own = found.placed.posting.channel
        seen = all(
            any(look > deadline for look in self.lists[channel.id]) if channel.id == own
            else self._absent_after(channel, release, deadline)
            for channel in self.columns
        )  # fmt: skip
        return "late" if seen else "undetermined"

    def _absent_after(self, channel: StoryChannel, release: Release, deadline: datetime) -> bool:
        """Whether a look at the channel after the deadline was answered and showed nothing that carries the release."""
        carried = [
            placed.posting
            for placed in self.fleet.placed(self.portal)
            if self.fleet.story.carries(placed.posting.about, release)
            and placed.posting.channel == channel.id
            and placed.posting.how in COUNTS
        ]
        return any(
            look > deadline and not any(posting.stands(look) for posting in carried)
            for look in self.lists[channel.id]
        )  # fmt: skip


def _on_twelve_hours(begin: datetime, after: datetime, before: datetime) -> bool:
    """Whether a printed time fits between two looks once twelve hours are added: 05:00 may stand for 17:00."""
    return begin.hour in range(1, 12) and after < begin + timedelta(hours=12) <= before


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
