"""All verdicts of a period, for a notice: in the order of a notice, with how many portals could be observed."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Iterator
    from datetime import date

    from syndication.glossary import Level

_ROWS = """
SELECT v.portal_name, v.level, p.home_url, v.title, v.document_number, v.released_at, r.released_precision, v.deadline,
       v.status, v.mode, v.flags, v.earliest, v.latest, v.lag_hours, v.page_url, v.reviewed, v.release_url, v.cause,
       sum(v.status <> 'not_observed') OVER release AS observed, count(*) OVER release AS portals
FROM verdict_list v
JOIN portals p ON p.portal_id = v.portal_id
JOIN releases r ON r.release_id = v.release_id
WHERE v.edition = :edition AND v.released_day BETWEEN :first AND :last AND v.level LIKE :level
WINDOW release AS (PARTITION BY v.release_id)
ORDER BY v.level <> 'department', p.region_code, v.portal_id, v.released_at, v.release_id
"""

_OBSERVED = """
SELECT count(*) AS portals, coalesce(sum(unseen = 0), 0) AS wholly, coalesce(sum(unseen = verdicts), 0) AS never
FROM (
    SELECT portal_id, count(*) AS verdicts, sum(status = 'not_observed') AS unseen
    FROM verdict_list
    WHERE edition = :edition AND released_day BETWEEN :first AND :last AND level LIKE :level
    GROUP BY portal_id
)
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
    """Of a period's portals, how many were observed for all of its releases, and how many for none."""

    portals: int
    wholly: int
    never: int

    @property
    def partly(self) -> int:
        """Observed for some releases of the period and not for others."""
        return self.portals - self.wholly - self.never


def period_rows(connection: sqlite3.Connection, period: Period) -> Iterator[sqlite3.Row]:
    """Every verdict of the period: departments, then provinces by region code; within a portal by release time."""
    return connection.execute(_ROWS, period.parameters())


def period_observed(connection: sqlite3.Connection, period: Period) -> Observed:
    """How many of the period's portals could be observed."""
    return Observed(*connection.execute(_OBSERVED, period.parameters()).fetchone())


def judged_editions(connection: sqlite3.Connection) -> dict[str, tuple[str, str]]:
    """The editions that verdicts were made for, each with its first and last release day."""
    return {edition: (first, last) for edition, first, last in connection.execute(_EDITIONS)}
