"""The figures of a span of release days, from the counts that stand beside the verdicts (store.summarising).

A span of years is read from the months that lie in it whole and from the days at its ends. Every function takes a
connection whose rows are `sqlite3.Row`; a page calls all of them within one transaction, so that its figures agree.
"""

from __future__ import annotations

from calendar import monthrange
from dataclasses import dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING

from syndication.store import searching
from syndication.store.summarising import COUNTS, EDITIONS, STATUSES

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Sequence

__all__ = [
    "CELL", "COUNTS", "STATUSES", "Days", "by_day", "by_month", "by_quarter", "by_week", "columns_shown", "editions",
    "failures", "found_total", "one_portal", "open_releases", "portal_counts", "portal_months", "portal_sums", "release_total",
    "span_of", "verdict_total",
]  # fmt: skip

_SUMS = ", ".join(f"sum({name}) AS {name}" for name in COUNTS)
_NAMES = ", ".join(COUNTS)
CELL = ("on_time", "late", "missing", "undetermined", "not_observed", "pending")
"""What a cell of the matrix tells of."""
_SUMMED = ", ".join(f"sum({name}) AS {name}" for name in CELL)


@dataclass(frozen=True)
class Days:
    """Beijing days of release, both inclusive."""

    first: date
    last: date

    @property
    def length(self) -> int:
        """In days."""
        return (self.last - self.first).days + 1


def editions(connection: sqlite3.Connection) -> list[str]:
    """The editions that verdicts were made for."""
    return [row[0] for row in connection.execute(EDITIONS)]


def span_of(connection: sqlite3.Connection, edition: str) -> Days | None:
    """The first and last release day of an edition's verdicts; None without any."""
    row = connection.execute(
        "SELECT (SELECT min(released_day) FROM portal_day WHERE edition = :edition),"
        " (SELECT max(released_day) FROM portal_day WHERE edition = :edition)",
        {"edition": edition},
    ).fetchone()
    return Days(date.fromisoformat(row[0]), date.fromisoformat(row[1])) if row[0] else None


def _parts(days: Days) -> tuple[tuple[str, str] | None, list[Days]]:
    """The months that lie in a span whole (first and last), and the days before and after them."""
    first, last = days.first, days.last
    begin = first if first.day == 1 else (first.replace(day=1) + timedelta(days=32)).replace(day=1)
    end = last if last.day == monthrange(last.year, last.month)[1] else last.replace(day=1) - timedelta(days=1)
    if begin > end:
        return None, [days]
    edges = [Days(first, begin - timedelta(days=1)), Days(end + timedelta(days=1), last)]
    return (begin.isoformat()[:7], end.isoformat()[:7]), [edge for edge in edges if edge.first <= edge.last]


def _counted(edition: str, days: Days, portal_id: str | None = None, tag: str = "") -> tuple[str, dict[str, str]]:
    """A query for the counts of a span, one row a portal and month or day, with its parameters (their names end in tag)."""
    months, edges = _parts(days)
    parameters = {f"edition{tag}": edition}
    whose = ""
    if portal_id is not None:
        whose = " AND portal_id = :portal_id"
        parameters["portal_id"] = portal_id
    queries = []
    if months:
        queries.append(
            f"SELECT portal_id, month, {_NAMES} FROM portal_month WHERE edition = :edition{tag}"
            f" AND month BETWEEN :m1{tag} AND :m2{tag}{whose}"
        )
        parameters |= {f"m1{tag}": months[0], f"m2{tag}": months[1]}
    for place, edge in enumerate(edges):
        queries.append(
            f"SELECT portal_id, substr(released_day, 1, 7) AS month, {_NAMES} FROM portal_day WHERE edition = :edition{tag}"
            f" AND released_day BETWEEN :d{place}{tag} AND :e{place}{tag}{whose}"
        )
        parameters |= {f"d{place}{tag}": edge.first.isoformat(), f"e{place}{tag}": edge.last.isoformat()}
    return " UNION ALL ".join(queries), parameters


def portal_sums(edition: str, days: Days, tag: str = "") -> tuple[str, dict[str, str]]:
    """A query for the counts of a span by portal: `id`, `COUNTS`, `decided`; and its parameters."""
    query, parameters = _counted(edition, days, tag=tag)
    decided = "sum(on_time + late + missing) AS decided"
    return f"SELECT portal_id AS id, {_SUMS}, {decided} FROM ({query}) GROUP BY portal_id", parameters


def portal_counts(connection: sqlite3.Connection, edition: str, days: Days) -> list[sqlite3.Row]:
    """One row a portal with verdicts in the span: its facts (`portal_id name level region_code`) and its counts."""
    query, parameters = portal_sums(edition, days)
    return connection.execute(
        f"SELECT p.portal_id, p.name, p.level, p.region_code, c.* FROM ({query}) c"
        " JOIN portals p ON p.portal_id = c.id ORDER BY p.level, p.place, p.region_code, p.portal_id",
        parameters,
    ).fetchall()


def one_portal(connection: sqlite3.Connection, edition: str, days: Days, portal_id: str) -> sqlite3.Row:
    """A portal's counts in the span; each is NULL where it has no verdicts."""
    query, parameters = _counted(edition, days, portal_id)
    row: sqlite3.Row = connection.execute(f"SELECT {_SUMS} FROM ({query})", parameters).fetchone()
    return row


def verdict_total(
    connection: sqlite3.Connection, edition: str, days: Days, *, level: str = "", portal_id: str | None = None,
    statuses: Sequence[str] = (),
) -> int:
    """How many verdicts of the span there are, of a level, a portal, some statuses; without a look at each."""
    query, parameters = _counted(edition, days, portal_id)
    whose = " WHERE portal_id IN (SELECT portal_id FROM portals WHERE level = :level)" if level else ""
    query = f"SELECT sum({_sum_of(statuses)}) FROM ({query}){whose}"
    return int(connection.execute(query, {**parameters, "level": level}).fetchone()[0] or 0)


def found_total(
    connection: sqlite3.Connection, edition: str, days: Days, words: Sequence[str], statuses: Sequence[str] = ()
) -> int:
    """How many verdicts of the span are about releases whose title or number holds the words, of some statuses."""
    found = searching.conditions(("r.title", "r.document_number"), words)
    row = connection.execute(
        f"SELECT sum({_sum_of(statuses)}) FROM release_counts c JOIN releases r ON r.release_id = c.release_id"
        f" WHERE c.edition = :edition AND c.released_day BETWEEN :first AND :last AND {found}",
        {"edition": edition, "first": days.first.isoformat(), "last": days.last.isoformat(), **searching.parameters(words)},
    ).fetchone()
    return int(row[0] or 0)


def _sum_of(statuses: Sequence[str]) -> str:
    """What is added up to count the verdicts of some statuses; of none: all."""
    return " + ".join(name for name in STATUSES if name in statuses) or "verdicts"


def release_total(connection: sqlite3.Connection, edition: str, days: Days) -> int:
    """How many releases of the span had to be republished."""
    return int(connection.execute(
        "SELECT count(*) FROM release_counts WHERE edition = ? AND released_day BETWEEN ? AND ?",
        (edition, days.first.isoformat(), days.last.isoformat()),
    ).fetchone()[0])  # fmt: skip


def by_day(connection: sqlite3.Connection, edition: str, days: Days) -> list[sqlite3.Row]:
    """Counts by portal and day: `portal_id bucket on_time late missing undetermined not_observed pending`."""
    return connection.execute(
        f"SELECT portal_id, released_day AS bucket, {', '.join(CELL)} FROM portal_day"
        " WHERE edition = ? AND released_day BETWEEN ? AND ?",
        (edition, days.first.isoformat(), days.last.isoformat()),
    ).fetchall()


def by_week(connection: sqlite3.Connection, edition: str, days: Days) -> list[sqlite3.Row]:
    """The same by week, `bucket` being its Monday or the span's first day."""
    return connection.execute(
        f"SELECT portal_id, max(date(released_day, 'weekday 0', '-6 days'), :first) AS bucket, {_SUMMED} FROM portal_day"
        " WHERE edition = :edition AND released_day BETWEEN :first AND :last GROUP BY 1, 2",
        {"edition": edition, "first": days.first.isoformat(), "last": days.last.isoformat()},
    ).fetchall()


def by_month(connection: sqlite3.Connection, edition: str, days: Days) -> list[sqlite3.Row]:
    """The same by month, `bucket` being `YYYY-MM`."""
    return _by_months(connection, edition, days, "month")


def by_quarter(connection: sqlite3.Connection, edition: str, days: Days) -> list[sqlite3.Row]:
    """The same by quarter, `bucket` being its first month."""
    first = "substr(month, 1, 5) || substr('010101040404070707101010', 2 * substr(month, 6) - 1, 2)"
    return _by_months(connection, edition, days, first)


def _by_months(connection: sqlite3.Connection, edition: str, days: Days, bucket: str) -> list[sqlite3.Row]:
    query, parameters = _counted(edition, days)
    return connection.execute(
        f"SELECT portal_id, {bucket} AS bucket, {_SUMMED} FROM ({query}) GROUP BY 1, 2", parameters
    ).fetchall()


def portal_months(connection: sqlite3.Connection, edition: str, portal_id: str, months: Sequence[str]) -> list[sqlite3.Row]:
    """A portal's counts in the named months, those that it has."""
    return connection.execute(
        f"SELECT month, {_NAMES} FROM portal_month WHERE edition = ? AND portal_id = ? AND month BETWEEN ? AND ?"
        " ORDER BY month",
        (edition, portal_id, months[0], months[-1]),
    ).fetchall()


def open_releases(connection: sqlite3.Connection, edition: str, level: str, limit: int) -> list[sqlite3.Row]:
    """Releases with portals of a level (`%`: of all) that are not decided yet, by deadline, the latest first.

    Each with how many of these portals are pending, on time, and how many there are (`pending on_time verdicts`);
    `open_releases` is how many such releases there are in all.
    """
    return connection.execute(
        "WITH whose AS (SELECT portal_id FROM portals WHERE level LIKE :level),"
        " open AS MATERIALIZED (SELECT release_id, max(deadline) AS deadline, count(*) AS pending, count(*) OVER () AS number"
        "  FROM verdicts WHERE edition = :edition AND status = 'pending' AND effective_status = 'pending'"
        "  AND +portal_id IN whose GROUP BY release_id ORDER BY 2 DESC, 1 DESC LIMIT :limit),"
        " counts AS MATERIALIZED (SELECT release_id, count(*) AS verdicts, sum(effective_status = 'on_time') AS on_time"
        "  FROM verdicts WHERE release_id IN (SELECT release_id FROM open) AND edition = :edition AND +portal_id IN whose"
        "  GROUP BY release_id)"
        " SELECT r.release_id, r.title, r.released_earliest AS released_at, o.deadline, o.pending, c.on_time, c.verdicts,"
        " o.number AS open_releases FROM open o JOIN releases r ON r.release_id = o.release_id"
        " JOIN counts c ON c.release_id = o.release_id ORDER BY o.deadline DESC, o.release_id DESC",
        {"edition": edition, "level": level, "limit": limit},
    ).fetchall()


def columns_shown(connection: sqlite3.Connection, since: str, until: str) -> list[sqlite3.Row]:
    """For each registered portal its home page's column as last seen between two times: `portal_id level state prominent`.

    `state` is NULL where the home page was not seen in that time, `prominent` where no rule was asked then.
    """
    return connection.execute(
        "SELECT p.portal_id, p.level, h.state, h.prominent FROM portals p LEFT JOIN home_columns h"
        " ON h.portal_id = p.portal_id AND h.looked_at = (SELECT max(x.looked_at) FROM home_columns x"
        "  WHERE x.portal_id = p.portal_id AND x.looked_at >= ? AND x.looked_at < ?)"
        " WHERE p.registered = 1 ORDER BY p.portal_id",
        (since, until),
    ).fetchall()


def failures(connection: sqlite3.Connection, since: str, until: str) -> list[sqlite3.Row]:
    """Looks at channels that brought nothing between two times: `portal_id outcome looks last_at`."""
    return connection.execute(
        "SELECT portal_id, outcome, count(*) AS looks, max(looked_at) AS last_at FROM observations"
        " WHERE kind = 'channel' AND outcome NOT IN ('ok', 'unchanged') AND looked_at >= ? AND looked_at < ?"
        " GROUP BY portal_id, outcome ORDER BY portal_id, looks DESC, outcome",
        (since, until),
    ).fetchall()
