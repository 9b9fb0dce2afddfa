"""Which looks decide a verdict: the choice of evidence out of all that was seen. Pure.

A finding is defended with the looks on both sides of each moment that it names: without the posting and with it, before
the deadline and after. Which look proves absence is said by `syndication.judging.Coverage.good` alone; where a look owes
its reach to an overlap with earlier ones, those belong to the proof as well. Looks after the judging are left out, so
that a verdict has the same proof for ever.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

from syndication.glossary import ColumnState, Flag, Mode, Role, Status
from syndication.judging import coverage

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from datetime import datetime
    from typing import Any

    from syndication.clock import Declared, Interval
    from syndication.glossary import Finding
    from syndication.judging import ChannelSeen, Coverage

PUSHED = ("push_feed", "push_json")


class Part(StrEnum):
    """Why a look belongs to the proof."""

    RELEASE_PAGE = "release_page"
    NOT_LISTED = "not_listed"
    LISTED = "listed"
    WITHOUT = "without"
    REACH = "reach"
    WITH = "with"
    ARTICLE = "article"
    AFTER = "after"
    NEWEST = "newest"
    FAILED = "failed"
    HOME_WITHOUT = "home_without"
    HOME_WITH = "home_with"
    HOME_AFTER = "home_after"
    AGAIN = "again"


@dataclass(frozen=True)
class SeenLook:
    """One stored observation. `evidence_id` is empty where there was no attempt.

    `state` is set for good home looks; `finding` for looks at a page that was carried before (`detail` says more).
    """

    run_id: str
    kind: str
    url: str
    seen: ChannelSeen
    detail: str
    http_status: int | None
    pages: int | None
    evidence_id: str
    state: ColumnState | None = None
    finding: Finding | None = None

    @property
    def at(self) -> datetime:
        """When it was."""
        return self.seen.at


@dataclass(frozen=True)
class SeenChannel:
    """A registered channel of the portal with its looks, in the order of time, from before the release to the judging."""

    channel_id: str
    name: str
    url: str
    family: str
    role: Role
    looks: tuple[SeenLook, ...]


@dataclass(frozen=True)
class SeenPosting:
    """A posting of the portal that was matched with the release. `sightings`: channel id to the first look with it."""

    posting_id: int
    url: str
    title: str
    mode: Mode
    decided: bool
    score: float
    rule: str
    card: Mapping[str, Any]
    declared: Declared | None
    listed_time: Declared | None
    source: str
    document_number: str
    sightings: Mapping[str, datetime]
    looks: tuple[SeenLook, ...]
    second_looks: tuple[SeenLook, ...] = ()


@dataclass(frozen=True)
class SeenList:
    """A list of www.gov.cn: the first look that showed the release, if one did, and the last one without it."""

    source: str
    url: str
    first_listed_at: datetime | None
    last_absent_at: datetime | None
    looks: tuple[SeenLook, ...]


@dataclass(frozen=True)
class Judged:
    """The verdict as it is stored. `status` is the one in force, after a person's review; `judged_status` the program's.

    `stored` is its whole row of the view `verdict_list`.
    """

    verdict_id: int
    edition: str
    status: Status
    judged_status: Status
    reviewed: str
    mode: Mode | None
    flags: tuple[str, ...]
    cause: str
    deadline: datetime
    earliest: datetime | None
    latest: datetime | None
    lag_hours: float | None
    posting_id: int | None
    page_url: str
    looks_named: Mapping[str, Any]
    judged_at: datetime
    run_id: str
    stored: Mapping[str, Any]


@dataclass(frozen=True)
class Owed:
    """The release. `duty` says why portals owe it: the push feed, or a person with a reason."""

    release_id: int
    url: str
    title: str
    document_number: str
    issuer: str
    released: Interval
    precision: str
    source: str
    duty: str
    duty_reason: str
    duty_by: str


@dataclass(frozen=True)
class Review:
    """What a person decided about the verdict. `decision` is a word of `syndication.glossary.Decision`."""

    decision: str
    status_before: Status
    status_after: Status
    reason: str
    by: str
    at: datetime


@dataclass(frozen=True)
class ProofCase:
    """All that is stored about one verdict."""

    verdict: Judged
    release: Owed
    portal_id: str
    portal_name: str
    home_url: str
    channels: tuple[SeenChannel, ...]
    postings: tuple[SeenPosting, ...]
    lists: tuple[SeenList, ...]
    release_looks: tuple[SeenLook, ...]
    reviews: tuple[Review, ...] = ()

    @property
    def columns(self) -> tuple[SeenChannel, ...]:
        """The channels in which absence counts."""
        return tuple(channel for channel in self.channels if channel.role is Role.COLUMN)


@dataclass(frozen=True)
class Chosen:
    """A look of the proof and why it is there; `channel` and `posting` say where it belongs, if it does."""

    part: Part
    look: SeenLook
    channel: SeenChannel | None = None
    posting: SeenPosting | None = None


def choose(case: ProofCase) -> tuple[Chosen, ...]:
    """The looks that decide the verdict, in the order of time; a look that serves twice stands twice."""
    found = [
        *_release(case),
        *(one for posting in case.postings for one in _posting(case, posting)),
        *_absence(case),
        *_home(case),
    ]
    unique = {
        (one.part, one.look.at, one.look.url, one.channel and one.channel.channel_id, one.posting and one.posting.url): one
        for one in found
    }
    return tuple(sorted(unique.values(), key=lambda one: (one.look.at, list(Part).index(one.part), one.look.url)))


def _release(case: ProofCase) -> Iterator[Chosen]:
    for look in case.release_looks:
        yield Chosen(Part.RELEASE_PAGE, look)
    for one in case.lists:
        for look in one.looks:
            if look.at == one.first_listed_at:
                yield Chosen(Part.LISTED, look)
            elif look.at == one.last_absent_at and (case.verdict.mode is Mode.EMBED or one.first_listed_at is None):
                yield Chosen(Part.NOT_LISTED, look)


def _posting(case: ProofCase, posting: SeenPosting) -> Iterator[Chosen]:
    for look in posting.looks:
        yield Chosen(Part.ARTICLE, look, posting=posting)
    if {Flag.WITHDRAWN, Flag.ALTERED} & set(case.verdict.flags):
        yield from (Chosen(Part.AGAIN, look, posting=posting) for look in posting.second_looks)
    for channel in case.channels:
        first = posting.sightings.get(channel.channel_id)
        if first is None:
            continue
        yield from (Chosen(Part.WITH, look, channel, posting) for look in channel.looks if look.at == first)
        if channel.role is Role.COLUMN:
            before = _covered(channel).last_good(case.release.released.earliest, first)
            if before is not None:
                yield from _with_reach(Part.WITHOUT, case, channel, before, posting)


def _absence(case: ProofCase) -> Iterator[Chosen]:
    """The columns after the deadline: the first and the newest good look, or every look that failed to be one."""
    if case.verdict.judged_status in {Status.ON_TIME, Status.PENDING}:
        return
    released, deadline = case.release.released.earliest, case.verdict.deadline
    for channel in case.columns:
        cover = _covered(channel)
        newest = cover.last_good(released)
        if newest is None or newest <= deadline:
            yield from (Chosen(Part.FAILED, look, channel) for look in channel.looks if look.at > deadline)
            continue
        first = next(at for index, at in enumerate(cover.times) if at > deadline and cover.good(index, released))
        yield from _with_reach(Part.AFTER, case, channel, first)
        if newest != first:
            yield from _with_reach(Part.NEWEST, case, channel, newest)


def _home(case: ProofCase) -> Iterator[Chosen]:
    home = next((channel for channel in case.channels if channel.role is Role.HOME), None)
    if home is None:
        return
    good = [look for look in home.looks if look.state is not None]
    if case.verdict.mode is Mode.EMBED:
        yield from _embedded(case, home, good)
    elif not case.columns and case.verdict.judged_status not in {Status.ON_TIME, Status.PENDING}:
        after = [look for look in good if look.at > case.verdict.deadline]
        if not after:
            yield from (Chosen(Part.FAILED, look, home) for look in home.looks if look.at > case.verdict.deadline)
            return
        yield Chosen(Part.HOME_AFTER, after[0], home)
        if len(after) > 1:
            yield Chosen(Part.NEWEST, after[-1], home)


def _embedded(case: ProofCase, home: SeenChannel, good: Sequence[SeenLook]) -> Iterator[Chosen]:
    """The widget's beginning, the look before it, and the first look with it once the push feed had the release."""
    listed = min((one.first_listed_at for one in case.lists if one.source in PUSHED and one.first_listed_at), default=None)
    start: SeenLook | None = None
    without: SeenLook | None = None
    for look in good:
        if look.state is not ColumnState.EMBED:
            start, without = None, look
            continue
        start = start or look
        if listed is not None and look.at >= listed:
            yield from (Chosen(Part.HOME_WITHOUT, one, home) for one in (without,) if one)
            yield Chosen(Part.HOME_WITH, start, home)
            if look is not start:
                yield Chosen(Part.HOME_WITH, look, home)
            return


def _covered(channel: SeenChannel) -> Coverage:
    return coverage(channel.role, [look.seen for look in channel.looks])


def _with_reach(
    part: Part, case: ProofCase, channel: SeenChannel, at: datetime, posting: SeenPosting | None = None
) -> Iterator[Chosen]:
    """The good look at a time, after the earlier looks without which it would not be good."""
    looks = [look for look in channel.looks if look.at <= at]
    for begin in range(len(looks) - 1, -1, -1):
        alone = coverage(channel.role, [look.seen for look in looks[begin:]])
        if alone.times and alone.good(len(alone.times) - 1, case.release.released.earliest):
            needed = [look for look in looks[begin:-1] if look.at in alone.times]
            yield from (Chosen(Part.REACH, look, channel, posting) for look in needed)
            break
    yield Chosen(part, looks[-1], channel, posting)
