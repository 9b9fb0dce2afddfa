"""Judging: from looks, sightings and printed times to one verdict for release x portal x edition.

Pure: no clock, no database, no network. The first law is that nobody is accused without proof. `late` and `missing` need
a good look at every column of the portal on the far side of the deadline; what the monitor could not see is
`not_observed`, what the evidence cannot decide is `undetermined`. The time rules stand in docs/design.md, section Time.
"""

from __future__ import annotations

from bisect import bisect_left
from dataclasses import dataclass, field
from datetime import timedelta
from typing import TYPE_CHECKING

from syndication.glossary import ANSWERED, ColumnState, Flag, Mode, Outcome, Role, Status

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from datetime import datetime

    from syndication.clock import Declared, Interval

AWAIT_LOOK = timedelta(hours=36)
"""So long after a deadline nobody is accused before the home page and every other channel was looked at as well: a probe looks
at columns alone, and what stands elsewhere counts. The night that follows looks at all."""

ADDRESS = "url"
"""Source of a day that only the address bears: it can be a day off (page-facts), so it neither proves nor accuses."""
ONE_DAY = timedelta(days=1)
CACHE_ALLOWANCE = timedelta(minutes=30)
"""Lists are static files made some minutes after an article: so short a gap is set aside without suspicion of forgery."""

GENERATED = "generated"
"""The source of a declared time that is the moment at which the page was made (页面生成时间, Maketime)."""


@dataclass(frozen=True)
class ChannelSeen:
    """One observation of a channel, as judging needs it (see the table `observations`)."""

    at: datetime
    outcome: Outcome
    item_count: int | None = None
    reaches_back_to: datetime | None = None
    overlaps: bool | None = None  # None: no look before, or a list whose order proves nothing
    whole: bool = False
    lonely: bool = True  # False: in the same run most other portals failed as well


@dataclass(frozen=True)
class Failure:
    """A look that proved nothing, and whether the portal stood alone with it (else the monitor's own line was down)."""

    at: datetime
    outcome: Outcome
    lonely: bool


@dataclass(frozen=True)
class Coverage:
    """What the looks at one channel prove: at `times[i]` everything posted since `since[i]` had been visible.

    `attempts` are the times of all looks, also the failed ones; `failures` those that proved nothing. Times ascend.
    """

    role: Role
    attempts: tuple[datetime, ...]
    times: tuple[datetime, ...]
    since: tuple[datetime | None, ...]
    failures: tuple[Failure, ...] = ()

    def good(self, index: int, released: datetime) -> bool:
        """The definition of a good observation: the look proves what stood in the channel since the release came out."""
        since = self.since[index]
        return since is not None and since <= released

    def last_good(self, released: datetime, before: datetime | None = None) -> datetime | None:
        """The last good look, before a moment if one is given."""
        index = len(self.times) if before is None else bisect_left(self.times, before)
        while index:
            index -= 1
            if self.good(index, released):
                return self.times[index]
        return None

    def attempted_after(self, moment: datetime) -> bool:
        """Whether the channel was looked at, with whatever outcome, at or after a moment."""
        return bool(self.attempts) and self.attempts[-1] >= moment


def coverage(role: Role, looks: Sequence[ChannelSeen]) -> Coverage:
    """What a channel's looks prove together; the looks in the order of their time.

    A look counts if the page answered and held a list. It reaches back to its oldest printed time; where it overlaps
    the look before, nothing that came in between can have been missed, and what that look proved holds on. A list that
    claims to reach behind the look before and shows none of its rows is another list: it proves nothing.
    """
    times: list[datetime] = []
    since: list[datetime | None] = []
    failures: list[Failure] = []
    beginning = min((look.at for look in looks), default=None)
    for look in looks:
        if look.outcome not in ANSWERED or (not look.item_count and role is not Role.HOME):
            outcome = Outcome.EMPTY if look.outcome in ANSWERED else look.outcome
            failures.append(Failure(look.at, outcome, look.lonely))
            continue
        reach = [moment for moment in (look.reaches_back_to,) if moment is not None]
        if look.whole and beginning is not None:
            reach.append(beginning - timedelta(days=36500))
        if times and look.overlaps is False and reach and min(reach) <= times[-1]:
            reach = []
        if times and (look.overlaps or look.outcome is Outcome.UNCHANGED):
            reach.append(times[-1])
            if since[-1] is not None:
                reach.append(since[-1])
        times.append(look.at)
        since.append(min(reach) if reach else None)
    attempts = tuple(look.at for look in looks)
    return Coverage(role, attempts, tuple(times), tuple(since), tuple(failures))


@dataclass(frozen=True)
class Carrying:
    """One posting that republishes the release, or may do so.

    `certain` is False for a match that is too close to call or rests on a title whose page could not be read: it is
    no proof of a republication, but it bars an accusation. `sightings` maps channel id to the first look with it.
    `has_source`: the page names a source or the paper's own number; an empty template field beside them is no offence.
    `afterwards` holds what later looks proved, `withdrawn` or `altered`, each with the times of those looks: a flag beside
    the status and never a change of it, for the duty is to carry a release in time.
    """

    posting_id: int
    url: str
    mode: Mode
    declared: Declared | None
    sightings: Mapping[str, datetime]
    certain: bool = True
    has_source: bool = True
    afterwards: Mapping[Flag, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Case:
    """All that one verdict rests on, apart from the edition.

    `released` is an instant where the second is known (earliest equals latest), else an interval. `home` holds the good
    looks at the home page with what it showed of the column. `listed` is when the push feed came to list the release:
    the last look without it (or the release) and the first with it.
    """

    released: Interval
    now: datetime
    channels: Mapping[str, Coverage]
    home: Sequence[tuple[datetime, ColumnState]] = ()
    listed: Interval | None = None
    carryings: Sequence[Carrying] = ()
    home_url: str = ""


@dataclass(frozen=True)
class Measure:
    """What an edition asks: how long after the release, and in which modes (see `syndication.rules.Edition`).

    `due` works out the deadline where the clock is not continuous; without it `hours` are simply added.
    """

    hours: float
    counted_modes: frozenset[Mode]
    due: Callable[[datetime], datetime] | None = None

    def deadline(self, released: datetime) -> datetime:
        """The last moment at which a posting is still on time."""
        return self.due(released) if self.due else released + timedelta(hours=self.hours)


@dataclass(frozen=True)
class Verdict:
    """The answer for release x portal x edition. `cause` is the rule that decided; `proof` the looks it rests on."""

    status: Status
    deadline: datetime
    cause: str
    mode: Mode | None = None
    flags: tuple[Flag, ...] = ()
    earliest: datetime | None = None
    latest: datetime | None = None
    posting_id: int | None = None
    page_url: str = ""
    proof: Mapping[str, str] = field(default_factory=dict)

    @property
    def flag_text(self) -> str:
        """The flags as the store keeps them."""
        return " ".join(self.flags)


@dataclass(frozen=True)
class _Timed:
    """A carrying with its interval worked out. `backed`: `earliest` rests on evidence, not on the release alone."""

    carrying: Carrying | None
    mode: Mode
    earliest: datetime
    latest: datetime
    backed: bool
    flags: tuple[Flag, ...]
    cause: str
    proof: Mapping[str, str] = field(default_factory=dict)


def judge(case: Case, measure: Measure) -> Verdict:
    """The verdict of one case under one edition's measure."""
    strict, lenient = measure.deadline(case.released.earliest), measure.deadline(case.released.latest)
    columns = {name: seen for name, seen in case.channels.items() if seen.role is Role.COLUMN}
    timed = [_time(carrying, case, columns) for carrying in case.carryings if _counts(carrying, measure)]
    embed = _time_embed(case) if Mode.EMBED in measure.counted_modes else None
    if embed:
        timed.append(embed)
    if timed:
        return _judge_carried(case, columns, timed, strict, lenient)
    return _judge_absent(case, columns, measure, strict, lenient)


def _counts(carrying: Carrying, measure: Measure) -> bool:
    return carrying.certain and carrying.mode in measure.counted_modes


def _time(carrying: Carrying, case: Case, columns: Mapping[str, Coverage]) -> _Timed:
    """Works out when a posting appeared: the observed interval, narrowed by the printed time where that fits in.

    A printed time that does not fit is told apart: the page's generation, a clock of twelve hours, a list made a little
    later than the page; what none of them explains is backdated or postdated. None of the set-aside times accuses.
    """
    released = case.released.earliest
    declared = carrying.declared if carrying.declared and carrying.declared.source != ADDRESS else None
    first_seen = min(carrying.sightings.values())
    absent = [
        seen.last_good(released, first_seen) for name, seen in columns.items() if name in carrying.sightings
    ]
    absent_at = None if not absent or any(moment is None for moment in absent) else min(a for a in absent if a is not None)
    earliest, latest, backed = absent_at or released, first_seen, absent_at is not None
    flags = list(carrying.afterwards)
    proof = {flag.value: carrying.afterwards[flag] for flag in flags}
    if carrying.mode in {Mode.COPY, Mode.ABRIDGED} and not carrying.has_source:
        flags.insert(0, Flag.NO_SOURCE)
    if declared is None:
        return _Timed(carrying, carrying.mode, min(earliest, latest), latest, backed, tuple(flags), "observed", proof)
    printed, cause = declared.interval, "declared"
    too_early = absent_at is not None and printed.latest <= absent_at
    of_the_paper = printed.latest <= released - ONE_DAY or (
        too_early and declared.precision == "day" and printed.latest <= released
    )
    if declared.source == GENERATED:
        cause = "generated"
        if printed.latest > earliest:  # what the page holds was there when the page was made
            latest = min(printed.latest, first_seen)
    elif of_the_paper:  # a day before the release is the paper's own date, and no claim to have carried it
        cause = "observed"
    elif not too_early and printed.earliest <= first_seen:
        earliest = max(printed.earliest, absent_at) if absent_at else printed.earliest
        latest, backed = min(printed.latest, first_seen), True
    elif absent_at is not None and too_early and absent_at - printed.latest <= CACHE_ALLOWANCE:
        cause = "observed"
    elif (shifted := _on_twelve_hour_clock(declared, earliest, first_seen)) is not None:
        cause, latest = "twelve_hour_clock", min(shifted.latest, first_seen)
        proof["read_as"] = shifted.earliest.isoformat()
    else:
        cause = "backdated" if too_early else "postdated"
        flags.insert(0, Flag(cause))
    if cause not in {"declared", "observed"}:
        proof["printed"] = declared.raw
        if absent_at is not None:
            proof["absent"] = absent_at.isoformat()
    return _Timed(carrying, carrying.mode, min(earliest, latest), latest, backed, tuple(flags), cause, proof)


def _on_twelve_hour_clock(declared: Declared, after: datetime, first_seen: datetime) -> Interval | None:
    """The time that was meant, if the page's clock has twelve hours: the printed hour does not fit, the other one does."""
    shifted = declared.half_a_day_off()
    return shifted if shifted and after < shifted.latest and shifted.earliest <= first_seen else None


def _time_embed(case: Case) -> _Timed | None:
    """When a push widget on the home page came to show the release: it was there at two looks, so between them too."""
    if case.listed is None:
        return None
    start: datetime | None = None
    without: datetime | None = None
    for at, state in case.home:
        if state is not ColumnState.EMBED:
            start, without = None, at
            continue
        start = start or at
        if at >= case.listed.latest:
            latest = max(case.listed.latest, start)
            bounds = [moment for moment in (case.released.earliest, case.listed.earliest, without) if moment]
            # one look without it between looks with it is no proof that it was gone
            steady = without is None or not any(seen is ColumnState.EMBED and when < without for when, seen in case.home)
            return _Timed(None, Mode.EMBED, min(max(bounds), latest), latest, steady, (), "embed")
    return None


def _unclear_embed(case: Case) -> bool:
    """Whether a push widget stood on the home page about the release's time: it is a column, and may have shown it."""
    known = [at for at, _ in case.home if at <= case.released.earliest]
    since = known[-1] if known else case.released.earliest
    return any(state is ColumnState.EMBED for at, state in case.home if at >= since)


def _judge_carried(
    case: Case, columns: Mapping[str, Coverage], timed: Sequence[_Timed], strict: datetime, lenient: datetime
) -> Verdict:
    best = min(timed, key=lambda one: (one.latest, one.earliest, one.carrying.posting_id if one.carrying else 0))

    def verdict(status: Status, cause: str, extra: Mapping[str, str] | None = None) -> Verdict:
        carrying = best.carrying
        proof = {"carried": best.cause, **best.proof, **(extra or {})}
        if carrying:
            proof["first_seen"] = min(carrying.sightings.values()).isoformat()
        return Verdict(
            status, lenient, cause, best.mode, best.flags, best.earliest, best.latest,
            carrying.posting_id if carrying else None, carrying.url if carrying else case.home_url, proof,
        )  # fmt: skip

    if best.latest <= strict:
        return verdict(Status.ON_TIME, best.cause)
    if any(one.earliest <= lenient or not one.backed for one in timed):
        return verdict(Status.UNDETERMINED, "interval_holds_deadline")
    if any(not carrying.certain for carrying in case.carryings):
        return verdict(Status.UNDETERMINED, "another_posting_unclear")
    proof, unseen = _seen_after(columns, case.released.earliest, lenient)
    if unseen:
        return verdict(Status.UNDETERMINED, "column_not_observed", {"unseen": " ".join(unseen)})
    if _unclear_embed(case) and not any(one.mode is Mode.EMBED for one in timed):
        return verdict(Status.UNDETERMINED, "embed_unclear")
    if not columns and best.mode is not Mode.EMBED:
        return verdict(Status.UNDETERMINED, "no_column_to_prove_absence")
    if _awaits_look(case, lenient):
        return verdict(Status.UNDETERMINED, "not_looked_since_deadline")
    return verdict(Status.LATE, best.cause, proof)


def _awaits_look(case: Case, deadline: datetime) -> bool:
    """Whether the night after a deadline is not over yet, in which every channel is looked at."""
    lacking = any(not seen.attempted_after(deadline) for seen in case.channels.values())
    return lacking and case.now <= deadline + AWAIT_LOOK


def _seen_after(
    columns: Mapping[str, Coverage], released: datetime, deadline: datetime
) -> tuple[dict[str, str], list[str]]:
    """The last good look at each column where it lies after the deadline, and the columns without one."""
    looks = {name: seen.last_good(released) for name, seen in columns.items()}
    proof = {name: look.isoformat() for name, look in looks.items() if look is not None and look > deadline}
    return proof, sorted(columns.keys() - proof.keys())


def _judge_absent(
    case: Case, columns: Mapping[str, Coverage], measure: Measure, strict: datetime, lenient: datetime
) -> Verdict:
    if case.now <= lenient:
        return Verdict(Status.PENDING, lenient, "before_deadline")
    home_after = [state for at, state in case.home if at > lenient]
    looked = [seen for seen in case.channels.values() if seen.attempted_after(lenient)]
    if not looked and case.now <= lenient + AWAIT_LOOK:
        return Verdict(Status.PENDING, lenient, "not_looked_since_deadline")
    if any(not carrying.certain for carrying in case.carryings):
        unclear = next(carrying for carrying in case.carryings if not carrying.certain)
        return Verdict(
            Status.UNDETERMINED, lenient, "posting_unclear", posting_id=unclear.posting_id, page_url=unclear.url
        )  # fmt: skip
    proof, unseen = _seen_after(columns, case.released.earliest, lenient)
    if unseen:
        return Verdict(Status.NOT_OBSERVED, lenient, "column_not_observed", proof={**proof, "unseen": " ".join(unseen)})
    if _unclear_embed(case):
        if not home_after:
            return Verdict(Status.NOT_OBSERVED, lenient, "home_not_observed")
        cause = "embed_unclear" if case.listed else "push_feed_lacks_release"
        return Verdict(Status.UNDETERMINED, lenient, cause)
    if columns:
        if _awaits_look(case, lenient):
            return Verdict(Status.PENDING, lenient, "not_looked_since_deadline")
        short = next((c for c in case.carryings if c.mode not in measure.counted_modes), None)
        if short is None:
            return Verdict(Status.MISSING, lenient, "absent_in_every_column", proof=proof)
        return Verdict(
            Status.MISSING, lenient, "mode_does_not_count", short.mode,
            posting_id=short.posting_id, page_url=short.url, proof=proof,
        )  # fmt: skip
    if not home_after:
        return Verdict(Status.NOT_OBSERVED, lenient, "home_not_observed")
    if ColumnState.EMBED in home_after:
        return Verdict(Status.UNDETERMINED, lenient, "push_feed_lacks_release")
    if any(state is not ColumnState.NO_ENTRY for state in home_after):
        return Verdict(Status.UNDETERMINED, lenient, "column_not_registered")
    return Verdict(Status.UNDETERMINED, lenient, "no_column", flags=(Flag.NO_COLUMN,))

