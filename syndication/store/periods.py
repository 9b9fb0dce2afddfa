"""All verdicts of a period, for a notice: in the order of a notice; and what it means that a portal could be observed.

A verdict not yet due and one that a person or a rule exempts say nothing of whether the monitor could look; of the others
all but `not_observed` rest on a look. One definition, for notices, lists and pages.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from syndication.store.summarising import STATUSES

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Iterable, Iterator, Mapping
    from datetime import date

    from syndication.glossary import Level

    Counts = Mapping[str, int] | sqlite3.Row

UNDUE = ("pending", "exempt")
"""Statuses that say nothing of whether a portal could be observed."""
UNSEEN = "not_observed"

_ROWS = f"""
SELECT v.portal_name, v.level, p.home_url, v.title, v.document_number, v.released_at, r.released_precision, v.deadline,
       v.status, v.mode, v.flags, v.earliest, v.latest, v.lag_hours, v.page_url, v.reviewed, v.release_url, v.cause,
       sum(v.status NOT IN {(*UNDUE, UNSEEN)}) OVER release AS observed, count(*) OVER release AS portals
FROM verdict_list v
JOIN portals p ON p.portal_id = v.portal_id
JOIN releases r ON r.release_id = v.release_id
WHERE v.edition = :edition AND v.released_day BETWEEN :first AND :last AND v.level LIKE :level
WINDOW release AS (PARTITION BY v.release_id)
ORDER BY v.level <> 'province', p.place, p.region_code, v.portal_id, v.released_at, v.release_id
"""

_EDITIONS = "SELECT edition, min(released_day), max(released_day) FROM verdicts GROUP BY edition ORDER BY edition"


@dataclass(frozen=True)
class Period:
    """Beijing days, both inclusive, of one edition; `level` None takes both."""

    first: date
    last: date
    edition: str
    level: Level | None = None

    def parameters(self) -> dict[str, str]:
        """As the queries here name them."""
        return {
            "first": self.first.isoformat(), "last": self.last.isoformat(),
            "edition": self.edition, "level": self.level.value if self.level else "%",
        }  # fmt: skip


@dataclass(frozen=True)
class Observed:
    """Of a period's portals, how many were observed for all of its releases that fell due, for some, for none of them.

    `undue`: nothing fell due for them, or they were exempt from all of it.
    """

    portals: int
    wholly: int
    partly: int
    never: int
    undue: int

    @property
    def some(self) -> int:
        """Portals that could be observed for at least one release of the period."""
        return self.wholly + self.partly


def observed_portals(counts: Iterable[Counts]) -> Observed:
    """How many portals could be observed, from each one's number of verdicts by status."""
    portals = [(_due(each), each[UNSEEN]) for each in counts]
    return Observed(
        portals=len(portals),
        wholly=sum(due > 0 == unseen for due, unseen in portals),
        partly=sum(due > unseen > 0 for due, unseen in portals),
        never=sum(due == unseen > 0 for due, unseen in portals),
        undue=sum(due == 0 for due, _ in portals),
    )


def could_be_observed(counts: Counts) -> int:
    """How many of a group's verdicts rest on a look, from its number of verdicts by status."""
    return _due(counts) - counts[UNSEEN]


def _due(counts: Counts) -> int:
    return sum(counts[status] for status in STATUSES if status not in UNDUE)


def period_rows(connection: sqlite3.Connection, period: Period) -> Iterator[sqlite3.Row]:
    """Every verdict of the period: departments, then provinces by region code; within a portal by release time."""
    return connection.execute(_ROWS, period.parameters())


def judged_editions(connection: sqlite3.Connection) -> dict[str, tuple[str, str]]:
    """The editions that verdicts were made for, each with its first and last release day."""
    return {edition: (first, last) for edition, first, last in connection.execute(_EDITIONS)}
