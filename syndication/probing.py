"""Deadline probes: which portals to look at now, so that hardly a verdict stays undetermined.

A nightly look leaves an interval of a day; what appears in it may have come before or after the deadline. So a portal that
still lacks a release is looked at at the last tick before the deadline and at the first tick after it. Pure: the store
says what is lacking and when was looked (`syndication.store.probing`), this module says where to look.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from datetime import datetime

    from syndication.rules import Probing


@dataclass(frozen=True)
class Lacking:
    """A portal lacks a release; one of its deadlines."""

    portal_id: str
    deadline: datetime


@dataclass(frozen=True)
class Looked:
    """How a portal was looked at lately.

    `good` is the last time at which all its columns answered well, `tried` the last attempt; `requests` counts those of the last
    24 hours, `cost` is what one more look asks (one for each of its columns).
    """

    good: datetime | None = None
    tried: datetime | None = None
    requests: int = 0
    cost: int = 1


@dataclass(frozen=True)
class Planned:
    """A look to make now: for a deadline that just passed, or one before the next tick."""

    portal_id: str
    deadline: datetime
    after: bool


def plan(
    now: datetime, lacking: Iterable[Lacking], looked: Mapping[str, Looked], rules: Probing, requests_this_hour: int = 0
) -> list[Planned]:
    """The looks to make at this tick, the most urgent first.

    After a deadline a look is due until one was good, after a failed one when as long again has passed since the deadline: a
    site that is dark for hours must not use up the looks that its next deadlines need. Before one a look is due if the next
    tick would come after it. No portal is looked at twice within `gap_minutes`, none asked more than
    `requests_a_portal_a_day`, all together not more than `requests_an_hour`. Where the day's requests run short, looks
    before a deadline are the first to go: one after it proves who is missing, and the posting's own time mostly says the
    rest.
    """
    tick, trail, gap = (timedelta(minutes=m) for m in (rules.tick_minutes, rules.trail_minutes, rules.gap_minutes))
    due: dict[str, Planned] = {}
    for one in lacking:
        seen = looked.get(one.portal_id, Looked())
        if now - trail <= one.deadline < now and not (seen.good and seen.good > one.deadline):
            if seen.tried and now - seen.tried < seen.tried - one.deadline:
                continue
            found = Planned(one.portal_id, one.deadline, after=True)
        elif now <= one.deadline < now + tick:
            found = Planned(one.portal_id, one.deadline, after=False)
        else:
            continue
        known = due.get(one.portal_id)
        if known is None or _urgency(found) < _urgency(known):
            due[one.portal_id] = found
    chosen: list[Planned] = []
    left = rules.requests_an_hour - requests_this_hour
    for found in sorted(due.values(), key=_urgency):
        seen = looked.get(found.portal_id, Looked())
        if seen.tried and now - seen.tried < gap:
            continue
        reserve = 0 if found.after else seen.cost
        if seen.requests + seen.cost + reserve > rules.requests_a_portal_a_day or seen.cost > left:
            continue
        left -= seen.cost
        chosen.append(found)
    return chosen


def _urgency(planned: Planned) -> tuple[bool, datetime, str]:
    return (not planned.after, planned.deadline, planned.portal_id)
