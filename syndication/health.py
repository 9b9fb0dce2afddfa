"""Health: does the monitor still see what it is to see? Judged from figures of the store; pure, and nobody's fault.

Facts: portals move and mend their lists without a word; a list that shrank, or a column without anything new, is read
without an error and proves an absence that is none. What needs a person is therefore told apart from what passes by itself.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from typing import TYPE_CHECKING

from syndication.glossary import Role

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from syndication.glossary import Outcome

NIGHT_OVERDUE = timedelta(hours=36)
"""So long after the last finished night another should have ended."""
PATIENCE = timedelta(hours=36)
"""A channel that failed for no longer than this may have had a bad night; it is told, but needs nobody."""
FALL = 0.5
"""A list with fewer than this share of its usual rows has lost something."""
FEWEST_USUAL = 6
"""Shorter lists than this vary too much for a share to say something."""
SILENT_AFTER = timedelta(days=45)
"""A column of State Council texts that shows nothing new for so long is dead, or is another list than it was."""


class State(StrEnum):
    """How a channel or portal fares."""

    WORKING = "working"
    PARTLY = "partly"
    FAILING = "failing"
    NEVER = "never"


CHINESE_STATES = {State.WORKING: "正常", State.PARTLY: "部分失败", State.FAILING: "失败", State.NEVER: "从未读到"}


@dataclass(frozen=True)
class ChannelHealth:
    """A row of the view channel_health. `usual` is the mean of the good looks before; `newest` the newest item's time."""

    portal_id: str
    portal_name: str
    channel_id: str
    name: str
    role: Role
    state: State
    failing_since: datetime | None
    outcome: Outcome | None
    looks: int
    items: int | None
    usual: float | None
    expected: int | None
    last_look: datetime | None
    newest: datetime | None


@dataclass(frozen=True)
class PortalHealth:
    """A row of the view portal_health."""

    portal_id: str
    portal_name: str
    state: State
    failing_since: datetime | None
    outcome: Outcome | None
    channels: int
    working: int


@dataclass(frozen=True)
class SourceDifference:
    """A release that one form of the push feed lists and the other does not, though both were read since it came out."""

    url: str
    title: str
    in_feed: bool


@dataclass(frozen=True)
class Figures:
    """All that health is judged from; `last_night` is when the newest finished nightly ended."""

    portals: Sequence[PortalHealth]
    channels: Sequence[ChannelHealth]
    differences: Sequence[SourceDifference]
    last_night: datetime | None


class Kind(StrEnum):
    """What a person is asked to look at."""

    NO_NIGHT = "no_night"
    PORTAL_NEVER = "portal_never"
    PORTAL_FAILING = "portal_failing"
    CHANNEL_FAILING = "channel_failing"
    FEW_ITEMS = "few_items"
    SILENT = "silent"
    SOURCES = "sources"


@dataclass(frozen=True)
class Concern:
    """One thing that needs a person: what it is about (an id or address), since when, and the figures, in Chinese."""

    kind: Kind
    subject: str
    detail: str
    since: datetime | None = None
    outcome: Outcome | None = None


def concerns(figures: Figures, now: datetime) -> list[Concern]:
    """What needs a person, the widest first; empty if all is well."""
    found: list[Concern] = []
    if figures.last_night is None or now - figures.last_night > NIGHT_OVERDUE:
        found.append(Concern(Kind.NO_NIGHT, "nightly", "没有按时完成的夜间任务", figures.last_night))
    blind = set()
    for portal in figures.portals:
        if portal.state is State.NEVER:
            blind.add(portal.portal_id)
            found.append(
                Concern(Kind.PORTAL_NEVER, portal.portal_id, portal.portal_name, portal.failing_since, portal.outcome)
            )
        elif portal.state is State.FAILING and _lasts(portal.failing_since, now):
            blind.add(portal.portal_id)
            found.append(
                Concern(Kind.PORTAL_FAILING, portal.portal_id, portal.portal_name, portal.failing_since, portal.outcome)
            )
    for channel in figures.channels:
        if channel.portal_id not in blind:
            found.extend(_of_channel(channel, now))
    found.extend(
        Concern(Kind.SOURCES, one.url, f"{one.title}：{'仅见于推送订阅源' if one.in_feed else '仅见于推送接口'}")
        for one in figures.differences
    )
    return found


def _of_channel(channel: ChannelHealth, now: datetime) -> list[Concern]:
    told = f"{channel.portal_name} {channel.name}"
    if channel.state is not State.WORKING:
        if channel.looks and _lasts(channel.failing_since, now):
            return [Concern(Kind.CHANNEL_FAILING, channel.channel_id, told, channel.failing_since, channel.outcome)]
        return []
    found = []
    if channel.items is not None and channel.expected is not None and channel.items < channel.expected:
        found.append(Concern(Kind.FEW_ITEMS, channel.channel_id, f"{told}：{channel.items} 条，至少应有 {channel.expected} 条"))
    elif channel.items is not None and (channel.usual or 0) >= FEWEST_USUAL and channel.items < FALL * (channel.usual or 0):
        found.append(Concern(Kind.FEW_ITEMS, channel.channel_id, f"{told}：{channel.items} 条，此前平均 {channel.usual:g} 条"))
    if channel.role is Role.COLUMN and channel.newest and channel.last_look and (
        channel.last_look - channel.newest > SILENT_AFTER
    ):
        found.append(Concern(Kind.SILENT, channel.channel_id, told, channel.newest))
    return found


def _lasts(since: datetime | None, now: datetime) -> bool:
    return since is None or now - since >= PATIENCE
