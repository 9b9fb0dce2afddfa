"""The lists of the workbench: which rows, in a total order, a page at a time or whole; each row once, none left out.

A page begins after the last row of the page before, named by the sorted value and the row's key, and not at a number of
rows: rows that a nightly adds meanwhile move nothing. What is sorted is picked by key first and filled in afterwards, so
that SQLite sorts narrow rows. Sorted values are never NULL, since NULL is neither before nor after anything.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from syndication.store.figures import portal_sums
from syndication.store.summarising import STATUSES

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Mapping, Sequence

    from syndication.store.figures import Days

Value = str | int | float


@dataclass(frozen=True)
class List:
    """One list: `columns` maps each column to its SQL, `sorts` those that may be sorted to what is compared.

    `picked` joins what `conditions` and `sorts` speak of; `joined` what `columns` need besides. `found` is the table in
    `picked` that a row is found in again by its `key` for a page, with what else is in `picked`. `hidden` are columns for
    links, which are not shown. `counted` is a query that all may name.
    """

    name: str
    columns: Mapping[str, str]
    sorts: Mapping[str, str]
    picked: str
    found: str
    joined: str
    key: str
    conditions: Mapping[str, str]
    default: str
    descending: bool = True
    hidden: Mapping[str, str] = field(default_factory=dict)
    counted: str = ""


@dataclass(frozen=True)
class Asked:
    """What is asked of a list: conditions by name with their parameters, and the order."""

    conditions: tuple[str, ...]
    parameters: Mapping[str, Value]
    sort: str
    descending: bool


@dataclass(frozen=True)
class Page:
    """Rows of one page; `after` is where the next one begins, None on the last."""

    rows: list[sqlite3.Row]
    after: tuple[Value, ...] | None


def _where(which: List, asked: Asked, after: Sequence[Value] | None) -> str:
    conditions = [which.conditions[name] for name in asked.conditions]
    if after is not None:
        compared = ", ".join((*_compared(which, asked), which.key))
        marks = ", ".join(f":after{place}" for place in range(len(after)))
        conditions.append(f"({compared}) {'<' if asked.descending else '>'} ({marks})")
    return f" WHERE {' AND '.join(conditions)}" if conditions else ""


def _compared(which: List, asked: Asked) -> tuple[str, ...]:
    return tuple(which.sorts[asked.sort].split(" | "))


def _query(which: List, asked: Asked, shown: Mapping[str, str], after: Sequence[Value] | None, limit: int | None) -> str:
    compared = _compared(which, asked)
    way = " DESC" if asked.descending else ""
    picked = ", ".join(f"{expression} AS sorted{place}" for place, expression in enumerate(compared))
    order = ", ".join(f"picked.{mark}{way}" for mark in _marks(which, asked))
    columns = ", ".join(f"{expression} AS {name}" for name, expression in shown.items())
    before = f"counted AS MATERIALIZED ({which.counted}), " if which.counted else ""
    return (
        f"WITH {before}picked AS MATERIALIZED (SELECT {picked}, {which.key} AS picked_key FROM {which.picked}"
        f"{_where(which, asked, after)} ORDER BY {order.replace('picked.', '')}{f' LIMIT {limit}' if limit else ''})"
        f" SELECT {columns} FROM picked CROSS JOIN {which.found} {which.joined} ORDER BY {order}"
    )


def _marks(which: List, asked: Asked) -> tuple[str, ...]:
    """The columns of `picked` that place a row."""
    return (*(f"sorted{place}" for place in range(len(_compared(which, asked)))), "picked_key")


def read_page(
    connection: sqlite3.Connection, which: List, asked: Asked, size: int, after: Sequence[Value] | None = None
) -> Page:
    """A page of `size` rows that begins after a row; each row ends with the values that place it."""
    places = {f"after{place}": value for place, value in enumerate(after or ())}
    marks = {f"place_{mark}": f"picked.{mark}" for mark in _marks(which, asked)}
    query = _query(which, asked, {**which.columns, **which.hidden, **marks}, after, size + 1)
    rows = connection.execute(query, {**asked.parameters, **places}).fetchall()
    return Page(rows[:size], tuple(rows[size - 1][mark] for mark in marks) if len(rows) > size else None)


def places(which: List, asked: Asked) -> int:
    """How many values name the place of a row in the order that is asked for."""
    return len(_compared(which, asked)) + 1


def count(connection: sqlite3.Connection, which: List, asked: Asked) -> int:
    """How many rows there are on all pages."""
    before = f"WITH counted AS MATERIALIZED ({which.counted}) " if which.counted else ""
    query = f"{before}SELECT count(*) FROM {which.picked}{_where(which, asked, None)}"
    return int(connection.execute(query, dict(asked.parameters)).fetchone()[0])


def whole(which: List, asked: Asked) -> tuple[str, dict[str, Any]]:
    """The query of the whole list, its columns in their order and nothing else, with its parameters."""
    before = f"WITH counted AS MATERIALIZED ({which.counted}) " if which.counted else ""
    columns = ", ".join(f"{expression} AS {name}" for name, expression in which.columns.items())
    way = " DESC" if asked.descending else ""
    order = ", ".join(f"{expression}{way}" for expression in (*_compared(which, asked), which.key))
    sql = f"{before}SELECT {columns} FROM {which.picked} {which.joined}{_where(which, asked, None)} ORDER BY {order}"
    return sql, dict(asked.parameters)


def portals(edition: str, days: Days, earlier: Days | None) -> tuple[List, dict[str, Value]]:
    """All portals with verdicts in a span: their counts, and their rate in the span before; with its parameters."""
    counted, parameters = portal_sums(edition, days, "now")
    before, more = portal_sums(edition, earlier, "old") if earlier else ("SELECT NULL AS id, 0 AS on_time, 0 AS decided", {})
    rate, old = "100.0 * c.on_time / nullif(c.on_time + c.late + c.missing, 0)", "100.0 * b.on_time / nullif(b.decided, 0)"
    return List(
        name="portal_scorecard",
        counted=f"SELECT * FROM ({counted})",
        columns={
            "portal_name": "p.name", "level": "p.level", "releases": "c.verdicts",
            **{name: f"c.{name}" for name in STATUSES}, "decided": "c.on_time + c.late + c.missing",
            "on_time_percent": f"round({rate}, 1)", "rate_change": f"round({rate} - {old}, 1)", "backdated": "c.backdated",
            "mean_lag_hours": "round(c.lag_hours / nullif(c.timed, 0), 1)",
        },
        hidden={"portal_id": "p.portal_id"},
        sorts={
            "on_time_percent": f"coalesce({rate}, 101) | -c.late - c.missing", "portal_name": "p.name", "level": "p.level",
            "late": "c.late", "missing": "c.missing", "undetermined": "c.undetermined", "not_observed": "c.not_observed",
            "backdated": "c.backdated", "mean_lag_hours": "coalesce(c.lag_hours / nullif(c.timed, 0), -1)",
        },
        picked="counted c JOIN portals p ON p.portal_id = c.id",
        found="counted c ON c.id = picked_key JOIN portals p ON p.portal_id = c.id",
        joined=f"LEFT JOIN ({before}) b ON b.id = c.id",
        key="p.portal_id",
        conditions={"level": "p.level = :level", "text": "p.name LIKE :text ESCAPE '~'"},
        default="on_time_percent",
        descending=False,
    ), {**parameters, **more}  # fmt: skip


def like(text: str) -> str:
    """A LIKE pattern for a text that stands anywhere; use with ESCAPE '~'."""
    escaped = text.replace("~", "~~").replace("%", "~%").replace("_", "~_")
    return f"%{escaped}%"


_NUMBERED = "(r.title LIKE :text ESCAPE '~' OR r.document_number LIKE :text ESCAPE '~')"
_OF_RELEASE = "(SELECT r.{} FROM releases r WHERE r.release_id = v.release_id)"
_OF_PORTAL = "(SELECT p.{} FROM portals p WHERE p.portal_id = v.portal_id)"
_PERIOD = "v.released_day BETWEEN :first AND :last"
_LATEST_REVIEW = (
    " LEFT JOIN reviews w ON w.review_id = (SELECT max(x.review_id) FROM reviews x WHERE x.release_id = v.release_id"
    " AND x.portal_id = v.portal_id AND x.edition = v.edition)"
)

VERDICTS = List(
    name="verdict_list",
    columns={
        "portal_name": "p.name", "title": "r.title", "status": "v.effective_status", "mode": "v.mode", "flags": "v.flags",
        "released_at": "r.released_earliest", "deadline": "v.deadline", "earliest": "v.earliest", "latest": "v.latest",
        "lag_hours": "v.lag_hours", "cause": "v.cause",
        "reviewed": "CASE WHEN w.decision = 'reopen' THEN NULL ELSE w.decision END",
        "document_number": "r.document_number", "level": "p.level", "page_url": "v.page_url",
    },
    hidden={"verdict_id": "v.verdict_id", "portal_id": "v.portal_id", "release_id": "v.release_id"},
    sorts={
        "released_at": f"v.released_day | {_OF_RELEASE.format('released_earliest')}",
        "portal_name": f"{_OF_PORTAL.format('name')}", "title": _OF_RELEASE.format("title"),
        "document_number": _OF_RELEASE.format("document_number"), "deadline": "v.deadline", "status": "v.effective_status",
        "mode": "coalesce(v.mode, '')", "earliest": "coalesce(v.earliest, '')", "lag_hours": "coalesce(v.lag_hours, -1)",
        "level": f"{_OF_PORTAL.format('level')}",
    },
    picked="verdicts v",
    found="verdicts v ON v.verdict_id = picked_key",
    joined="CROSS JOIN releases r ON r.release_id = v.release_id CROSS JOIN portals p ON p.portal_id = v.portal_id"
           + _LATEST_REVIEW,
    key="v.verdict_id",
    conditions={
        "edition": "v.edition = :edition", "period": _PERIOD,
        "level": "v.portal_id IN (SELECT portal_id FROM portals WHERE level = :level)",
        "portal": "v.portal_id = :portal", "release": "v.release_id = :release", "status": "v.effective_status = :status",
        "mode": "v.mode = :mode", "flag": "' ' || v.flags || ' ' LIKE '% ' || :flag || ' %'",
        "text": "v.release_id IN (SELECT r.release_id FROM release_counts c JOIN releases r ON r.release_id = c.release_id"
                f" WHERE c.edition = :edition AND c.released_day BETWEEN :first AND :last AND {_NUMBERED})",
        "problem": "v.effective_status IN ('late', 'missing')",
    },
    default="released_at",
)  # fmt: skip
"""All verdicts of an edition, with the status that holds."""

QUEUE = List(
    name="review_queue",
    counted="SELECT verdict_id FROM verdicts WHERE edition = :edition AND released_day BETWEEN :first AND :last"
            " AND (status = 'undetermined' OR flags <> '')"
            " UNION SELECT v.verdict_id FROM reviews w JOIN verdicts v ON v.release_id = w.release_id"
            " AND v.portal_id = w.portal_id AND v.edition = w.edition"
            " WHERE v.edition = :edition AND v.released_day BETWEEN :first AND :last",
    columns={
        "why": "q.why", "portal_name": "q.portal_name", "title": "q.title", "released_at": "q.released_at",
        "status": "q.status", "judged_status": "q.judged_status", "flags": "q.flags", "cause": "q.cause",
        "reviewed": "q.reviewed", "page_url": "q.page_url",
    },
    hidden={"verdict_id": "q.verdict_id", "portal_id": "q.portal_id"},
    sorts={
        "why": "CASE q.why WHEN 'disputed' THEN 2 WHEN 'undetermined' THEN 1 ELSE 0 END | q.released_at",
        "released_at": "q.released_at", "portal_name": "q.portal_name", "title": "q.title", "status": "q.status",
    },
    picked="counted c CROSS JOIN review_queue q ON q.verdict_id = c.verdict_id",
    found="review_queue q ON q.verdict_id = picked_key",
    joined="",
    key="q.verdict_id",
    conditions={
        "why": "q.why = :why", "level": "q.portal_id IN (SELECT portal_id FROM portals WHERE level = :level)",
        "status": "q.status = :status", "flag": "' ' || q.flags || ' ' LIKE '% ' || :flag || ' %'",
        "text": "q.title LIKE :text ESCAPE '~'",
    },
    default="why",
)  # fmt: skip
"""What waits for a person, as the view review_queue defines it, of a span; disputed first, then undetermined."""

RELEASES = List(
    name="release_coverage",
    columns={
        "title": "r.title", "document_number": "r.document_number", "released_at": "r.released_earliest",
        "portals": "c.verdicts", "on_time": "c.on_time", "late": "c.late", "missing": "c.missing", "pending": "c.pending",
        "undetermined": "c.undetermined", "not_observed": "c.not_observed", "exempt": "c.exempt",
        "on_time_percent": "round(100.0 * c.on_time / nullif(c.on_time + c.late + c.missing, 0), 1)",
    },
    hidden={"release_id": "r.release_id"},
    sorts={
        "released_at": "c.released_day | r.released_earliest", "title": "r.title", "document_number": "r.document_number",
        "late": "c.late", "missing": "c.missing", "undetermined": "c.undetermined", "not_observed": "c.not_observed",
        "on_time": "c.on_time",
        "on_time_percent": "coalesce(1.0 * c.on_time / nullif(c.on_time + c.late + c.missing, 0), -1)",
    },
    picked="release_counts c JOIN releases r ON r.release_id = c.release_id",
    found="release_counts c ON c.release_id = picked_key AND c.edition = :edition"
          " JOIN releases r ON r.release_id = c.release_id",
    joined="",
    key="c.release_id",
    conditions={
        "edition": "c.edition = :edition", "period": "c.released_day BETWEEN :first AND :last", "text": _NUMBERED,
    },
    default="released_at",
)  # fmt: skip
"""All releases with a duty under an edition, and how the portals did."""
