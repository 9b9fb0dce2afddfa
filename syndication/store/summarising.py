"""Counts of verdicts by portal and day, portal and month, and release, kept in the transaction that changes verdicts.

Fact of the world: ten years are three million verdicts; to count a year's takes a quarter of a second, from the days'
counts a tenth of that. A count that another transaction brings up to date would for a moment contradict the list beside
it. What is counted is the status that holds: a person's review where there is one, else the program's.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

    from sqlite_utils import Database

STATUSES = ("on_time", "late", "missing", "pending", "undetermined", "not_observed", "exempt")
COUNTS = ("verdicts", *STATUSES, "backdated", "timed", "lag_hours")
"""What each of the three tables counts. `lag_hours` is the sum over the `timed` verdicts, those on time or late."""

_COUNTED = ", ".join((
    "count(*)", *(f"sum(effective_status = '{status}')" for status in STATUSES),
    "sum(' ' || flags || ' ' LIKE '% backdated %')",
    "sum(effective_status IN ('on_time', 'late') AND lag_hours IS NOT NULL)",
    "coalesce(sum(CASE WHEN effective_status IN ('on_time', 'late') THEN lag_hours END), 0)",
))  # fmt: skip

EDITIONS = (
    "WITH RECURSIVE found(edition) AS (SELECT min(edition) FROM verdicts UNION ALL"
    " SELECT (SELECT min(v.edition) FROM verdicts v WHERE v.edition > found.edition) FROM found WHERE edition IS NOT NULL)"
    " SELECT edition FROM found WHERE edition IS NOT NULL"
)
"""The editions that verdicts were made for; one look into an index for each, not one for every verdict."""

_REVIEWED = (
    "(SELECT CASE w.decision WHEN 'reopen' THEN NULL ELSE w.status_after END FROM reviews w"
    " WHERE w.release_id = verdicts.release_id AND w.portal_id = verdicts.portal_id AND w.edition = verdicts.edition"
    " ORDER BY w.review_id DESC LIMIT 1)"
)
_SETTLE = (
    f"UPDATE verdicts SET effective_status = coalesce({_REVIEWED}, status)"
    f" WHERE edition = :edition AND released_day = :day AND effective_status IS NOT coalesce({_REVIEWED}, status)"
)
_NAMES = ", ".join(COUNTS)
_SUMS = ", ".join(f"sum({name})" for name in COUNTS)
_BY_DAY = (
    f"INSERT INTO portal_day (edition, released_day, portal_id, {_NAMES})"
    f" SELECT edition, released_day, portal_id, {_COUNTED} FROM verdicts"
    " WHERE edition = :edition AND released_day = :day GROUP BY portal_id"
)
_BY_RELEASE = (
    f"INSERT INTO release_counts (edition, released_day, release_id, {_NAMES})"
    f" SELECT edition, released_day, release_id, {_COUNTED} FROM verdicts"
    " WHERE edition = :edition AND released_day = :day GROUP BY release_id"
)
_BY_MONTH = (
    f"INSERT INTO portal_month (edition, month, portal_id, {_NAMES})"
    f" SELECT edition, :month, portal_id, {_SUMS} FROM portal_day"
    " WHERE edition = :edition AND released_day BETWEEN :month || '-01' AND :month || '-31' GROUP BY portal_id"
)


def refresh_days(db: Database, days: Iterable[str]) -> None:
    """Brings effective statuses and counts of these release days (`YYYY-MM-DD`, Beijing) up to date.

    To be called inside the transaction that wrote verdicts or reviews; it neither begins nor ends one. Days without
    verdicts lose their counts. It takes some milliseconds a day.
    """
    wanted = sorted(set(days))
    if not wanted:
        return
    editions = _editions(db)
    for day in wanted:
        for table in ("portal_day", "release_counts"):
            for edition in _counted_editions(db, table) | editions:
                db.execute(f"DELETE FROM {table} WHERE edition = ? AND released_day = ?", (edition, day))
        for edition in editions:
            which = {"edition": edition, "day": day}
            for statement in (_SETTLE, _BY_DAY, _BY_RELEASE):
                db.execute(statement, which)
    for month in sorted({day[:7] for day in wanted}):
        for edition in _counted_editions(db, "portal_month") | editions:
            db.execute("DELETE FROM portal_month WHERE edition = ? AND month = ?", (edition, month))
            db.execute(_BY_MONTH, {"edition": edition, "month": month})


def refresh_all(db: Database) -> None:
    """Makes everything anew from the verdicts and reviews, inside the caller's transaction (3 s at ten years)."""
    db.execute(f"UPDATE verdicts SET effective_status = coalesce({_REVIEWED}, status)")
    for table in ("portal_day", "portal_month", "release_counts"):
        db.execute(f"DELETE FROM {table}")
    db.execute(_everywhere(_BY_DAY, "edition, released_day, portal_id"))
    db.execute(_everywhere(_BY_RELEASE, "edition, released_day, release_id"))
    db.execute(
        f"INSERT INTO portal_month (edition, month, portal_id, {_NAMES})"
        f" SELECT edition, substr(released_day, 1, 7), portal_id, {_SUMS} FROM portal_day GROUP BY 1, 2, 3"
    )


def _everywhere(statement: str, groups: str) -> str:
    """A statement about one day, made one about all."""
    return f"{statement.partition(' WHERE ')[0]} GROUP BY {groups}"


def _editions(db: Database) -> set[str]:
    return {edition for (edition,) in db.execute(EDITIONS)}


def _counted_editions(db: Database, table: str) -> set[str]:
    """Editions that a table still counts; one may have lost its last verdict."""
    return {edition for (edition,) in db.execute(EDITIONS.replace("verdicts", table))}
