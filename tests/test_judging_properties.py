"""Judging under chance: whatever the looks and the printed times, nobody is accused who was in time."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from syndication.clock import BEIJING, Declared, Interval, beijing_date, day_interval
from syndication.glossary import Mode, Outcome, Role, Status
from syndication.judging import Carrying, Case, ChannelSeen, Measure, coverage, judge

RELEASED = datetime(2026, 3, 10, 10, 0, tzinfo=BEIJING)
MEASURE = Measure(24, frozenset({Mode.COPY}))
DEADLINE = RELEASED + timedelta(hours=24)
PROVED = {Status.ON_TIME, Status.LATE, Status.MISSING}
ACCUSED = {Status.LATE, Status.MISSING}


@dataclass(frozen=True)
class World:
    """What is true: when the posting came (None: never), what it prints, and when each column was looked at and how."""

    carried: datetime | None
    style: str
    looks: tuple[tuple[int, int, bool], ...]  # column, minutes from a day before the release, answered
    end: int

    def case(self, *more):
        """The case as the monitor sees it; `more` looks are added."""
        looks = sorted({*self.looks, *more}, key=lambda look: look[1])
        channels, sightings = {}, {}
        for column in (0, 1):
            seen = []
            for place, minutes, answered in looks:
                if place != column:
                    continue
                at = RELEASED - timedelta(days=1) + timedelta(minutes=minutes)
                reach = RELEASED - timedelta(days=9)
                seen.append(ChannelSeen(at, Outcome.OK, 9, reach) if answered else ChannelSeen(at, Outcome.TIMEOUT))
                if answered and column == 0 and self.carried and self.carried <= at:
                    sightings.setdefault("c0", at)
            channels[f"c{column}"] = coverage(Role.COLUMN, seen)
        carryings = [Carrying(1, "", Mode.COPY, self.printed(), sightings)] if sightings else []
        now = RELEASED + timedelta(minutes=self.end)
        return Case(Interval(RELEASED, RELEASED), now, channels, carryings=carryings)

    def printed(self):
        if self.style == "none":
            return None
        if self.style == "day":
            return Declared(day_interval(beijing_date(self.carried)), "day", "list", "")
        start = self.carried.replace(second=0, microsecond=0)
        return Declared(Interval(start, start + timedelta(minutes=1)), "minute", "meta", "")


MINUTES = st.integers(0, 6 * 24 * 60)
LOOK = st.tuples(st.integers(0, 1), MINUTES, st.booleans())
CARRIED = st.none() | st.integers(-600, 5 * 24 * 60).map(lambda minutes: RELEASED + timedelta(minutes=minutes))
WORLD = st.builds(
    World, CARRIED, st.sampled_from(["none", "day", "minute"]), st.lists(LOOK, max_size=12).map(tuple),
    st.integers(7 * 24 * 60, 9 * 24 * 60),
)  # fmt: skip


@given(WORLD)
@settings(max_examples=600, deadline=None)
def test_who_was_in_time_is_never_accused_and_who_was_not_never_praised(world):
    answer = judge(world.case(), MEASURE)
    if world.carried and world.carried + timedelta(minutes=1) <= DEADLINE:
        assert answer.status not in ACCUSED
    if answer.status is Status.ON_TIME:
        assert world.carried is not None
        assert world.carried <= DEADLINE
    if answer.status is Status.LATE:
        assert world.carried > DEADLINE - timedelta(minutes=1)


@given(WORLD)
@settings(max_examples=600, deadline=None)
def test_missing_is_only_said_of_what_a_good_look_after_the_deadline_did_not_show(world):
    case = world.case()
    if judge(case, MEASURE).status is Status.MISSING:
        assert not case.carryings
        assert all(seen.times and seen.times[-1] > DEADLINE for seen in case.channels.values())


@given(WORLD)
@settings(max_examples=600, deadline=None)
def test_no_status_is_proved_without_evidence_on_its_side_of_the_deadline(world):
    case = world.case()
    answer = judge(case, MEASURE)
    if answer.status is Status.ON_TIME:
        assert answer.latest <= DEADLINE
    if answer.status is Status.LATE:
        assert answer.earliest > DEADLINE
    if answer.status in ACCUSED:
        assert case.channels
        assert all(seen.last_good(RELEASED) > DEADLINE for seen in case.channels.values())


@given(WORLD, LOOK)
@settings(max_examples=600, deadline=None)
def test_one_more_good_look_never_turns_a_proved_status_into_its_opposite(world, look):
    before, after = (judge(case, MEASURE).status for case in (world.case(), world.case((look[0], look[1], True))))
    if before is Status.ON_TIME:
        assert after is Status.ON_TIME
    if before is Status.LATE:
        assert after is Status.LATE
    if before is Status.MISSING and world.carried is None:
        assert after is Status.MISSING


@given(WORLD, st.integers(-400, 400))
@settings(max_examples=300, deadline=None)
def test_shifting_everything_by_days_changes_nothing(world, days):
    shift = timedelta(days=days)
    answer, moved = judge(world.case(), MEASURE), judge(shifted(world.case(), shift), MEASURE)
    assert (answer.status, answer.cause, answer.flags) == (moved.status, moved.cause, moved.flags)
    for one, other in ((answer.earliest, moved.earliest), (answer.latest, moved.latest)):
        assert (one + shift if one else None) == other


def shifted(case, shift):
    def move(span):
        return Interval(span.earliest + shift, span.latest + shift)

    channels = {
        name: replace(
            seen, attempts=tuple(at + shift for at in seen.attempts), times=tuple(at + shift for at in seen.times),
            since=tuple(at + shift if at else None for at in seen.since),
            failures=tuple(replace(failure, at=failure.at + shift) for failure in seen.failures),
        )
        for name, seen in case.channels.items()
    }  # fmt: skip
    carryings = [
        replace(
            one, sightings={name: at + shift for name, at in one.sightings.items()},
            declared=replace(one.declared, interval=move(one.declared.interval)) if one.declared else None,
        )
        for one in case.carryings
    ]  # fmt: skip
    return replace(case, released=move(case.released), now=case.now + shift, channels=channels, carryings=carryings)
