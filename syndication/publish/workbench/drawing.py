"""Drawings as inline SVG, made of our own numbers and escaped names: lines of rates and timelines of looks.

No script and no picture file is needed, printing keeps them sharp, and what they show also stands as text on the page.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

from markupsafe import Markup

from syndication.clock import beijing_text

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from datetime import datetime

WIDTH = 860
_LEFT, _RIGHT = 150, 20
_LANE = 30
_MARKS = {
    "with": Markup('<circle class="m-with" cx="{x:.1f}" cy="{y}" r="6"><title>{told}</title></circle>'),
    "without": Markup('<circle class="m-without" cx="{x:.1f}" cy="{y}" r="5.5"><title>{told}</title></circle>'),
    "failed": Markup('<path class="m-failed" d="M{left:.1f} {top}l9 9m0-9l-9 9"><title>{told}</title></path>'),
}
MARK_WORDS = {"with": "看到该稿", "without": "查看时没有", "failed": "未能取得"}


@dataclass(frozen=True)
class Mark:
    """One look: when, and what it brought: with, without or failed."""

    at: datetime
    kind: str
    told: str


@dataclass(frozen=True)
class Lane:
    """The looks at one channel."""

    label: str
    marks: tuple[Mark, ...]


@dataclass(frozen=True)
class Moment:
    """A moment with a line through all lanes: release, deadline, declared."""

    at: datetime
    kind: str
    label: str


def timeline(
    moments: Sequence[Moment], lanes: Sequence[Lane], carried: tuple[datetime, datetime] | None, summary: str
) -> Markup:
    """Looks over time, one lane a channel; `carried` is the interval in which the portal came to carry the release."""
    times = [moment.at for moment in moments] + [mark.at for lane in lanes for mark in lane.marks] + list(carried or ())
    begin, end = min(times), max(times)
    margin = max((end - begin) * 0.03, timedelta(minutes=30))
    begin, end = begin - margin, end + margin
    span = (end - begin).total_seconds()

    def x(moment: datetime) -> float:
        return _LEFT + (WIDTH - _LEFT - _RIGHT) * (moment - begin).total_seconds() / span

    top = 22 + 16 * len(moments)
    bottom = top + _LANE * max(len(lanes), 1)
    parts = [
        Markup('<svg class="timeline" viewBox="0 0 {} {}" role="img" aria-label="{}">').format(WIDTH, bottom + 30, summary)
    ]
    if carried:
        left, right = x(carried[0]), x(carried[1])
        parts.append(Markup(
            '<rect class="carried" x="{:.1f}" y="{}" width="{:.1f}" height="{}"><title>{}</title></rect>'
        ).format(left, top - 6, max(right - left, 3), bottom - top + 6, "可证明的转载时间区间"))  # fmt: skip
    for place, moment in enumerate(sorted(moments, key=lambda each: each.at)):
        parts.append(_moment(x(moment.at), 18 + 16 * place, bottom, moment))
    for place, lane in enumerate(lanes):
        parts.append(_lane(lane, top + _LANE * place + _LANE // 2, x))
    parts.append(_scale(begin, end, bottom, x))
    parts.append(Markup("</svg>"))
    return Markup("").join(parts)


def _moment(at: float, y: int, bottom: int, moment: Moment) -> Markup:
    anchor, shift = ("end", -4) if at > WIDTH * 0.6 else ("start", 4)
    return Markup(
        '<line class="at at-{kind}" x1="{at:.1f}" x2="{at:.1f}" y1="{above}" y2="{bottom}"/>'
        '<text class="at-{kind}" x="{place:.1f}" y="{y}" text-anchor="{anchor}">{label}</text>'
    ).format(
        kind=moment.kind, at=at, above=y - 10, bottom=bottom, place=at + shift, y=y, anchor=anchor,
        label=f"{moment.label} {beijing_text(moment.at)}",
    )  # fmt: skip


def _lane(lane: Lane, y: int, x: Callable[[datetime], float]) -> Markup:
    label = lane.label if len(lane.label) <= 11 else lane.label[:10] + "…"
    parts = [
        Markup('<text class="lane" x="{}" y="{}" text-anchor="end">{}</text>').format(_LEFT - 12, y + 4, label),
        Markup('<line class="lane" x1="{}" x2="{}" y1="{y}" y2="{y}"/>').format(_LEFT, WIDTH - _RIGHT, y=y),
    ]
    for mark in lane.marks:
        at = x(mark.at)
        parts.append(_MARKS[mark.kind].format(x=at, y=y, left=at - 4.5, top=y - 4.5, told=mark.told))
    return Markup("").join(parts)


def _scale(begin: datetime, end: datetime, bottom: int, x: Callable[[datetime], float]) -> Markup:
    """Ticks at round Beijing hours, some six of them."""
    hours = (end - begin).total_seconds() / 3600
    step = timedelta(hours=next((each for each in (1, 2, 3, 6, 12, 24, 48, 96, 168, 336) if hours / each <= 7), 720))
    first = begin - timedelta(seconds=(begin.timestamp() + 8 * 3600) % step.total_seconds()) + step
    parts = []
    while first <= end:
        parts.append(Markup(
            '<line class="tick" x1="{at:.1f}" x2="{at:.1f}" y1="{bottom}" y2="{end}"/>'
            '<text class="tick" x="{at:.1f}" y="{text}" text-anchor="middle">{label}</text>'
        ).format(at=x(first), bottom=bottom, end=bottom + 5, text=bottom + 20, label=beijing_text(first)[5:]))  # fmt: skip
        first += step
    return Markup("").join(parts)


def rate_line(points: Sequence[tuple[str, float | None, str]], summary: str) -> Markup:
    """Rates over time: label, percent or None, what to say of it; a gap where nothing could be decided."""
    height, left, right, top = 190, 44, 16, 14
    step = (WIDTH - left - right) / max(len(points), 1)

    def y(percent: float) -> float:
        return top + (height - top - 30) * (100 - percent) / 100

    parts = [Markup('<svg class="rates" viewBox="0 0 {} {}" role="img" aria-label="{}">').format(WIDTH, height, summary)]
    for percent in (0, 50, 100):
        parts.append(Markup(
            '<line class="tick" x1="{left}" x2="{right}" y1="{y:.1f}" y2="{y:.1f}"/>'
            '<text class="tick" x="{at}" y="{text:.1f}" text-anchor="end">{percent}%</text>'
        ).format(left=left, right=WIDTH - right, y=y(percent), at=left - 6, text=y(percent) + 4, percent=percent))  # fmt: skip
    width = min(step * 0.64, 44)
    every = max(1, -(-len(points) // 12))
    for place, (label, rate, told) in enumerate(points):
        middle = left + step * (place + 0.5)
        if place % every == 0:
            parts.append(Markup('<text class="tick" x="{:.1f}" y="{}" text-anchor="middle">{}</text>').format(
                middle, height - 8, label))  # fmt: skip
        if rate is not None:
            parts.append(Markup(
                '<rect class="bar" x="{:.1f}" y="{:.1f}" width="{:.1f}" height="{:.1f}"><title>{}</title></rect>'
            ).format(middle - width / 2, y(rate), width, max(y(0) - y(rate), 1), told))  # fmt: skip
    parts.append(Markup("</svg>"))
    return Markup("").join(parts)
