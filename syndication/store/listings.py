"""The lists of the workbench: which rows, in a total order, a page at a time or whole; each row once, none left out.

A page begins after the last row of the page before, named by the sorted value and the row's key, and not at a number of
rows: rows that a nightly adds meanwhile move nothing. What is sorted is picked by key first and filled in afterwards, so
that SQLite sorts narrow rows. Sorted values are never NULL, since NULL is neither before nor after anything.

Fact of the world: to sort a million rows for the fifty of a page takes most of a second. Where an index has the order, a
page of a long list walks along it and stops; of a short list, the filter's index finds all rows, and they are sorted.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from syndication.glossary import Mode, Status
from syndication.store import searching
from syndication.store.figures import portal_sums
from syndication.store.summarising import STATUSES

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Mapping, Sequence

    from syndication.store.figures import Days

Value = str | int | float


WALKED_FROM = 5_000
"""A list of so many rows is long: a page of it walks along the order's index where there is one."""
RELEASE_PORTAL_EDITION = "sqlite_autoindex_verdicts_1"
"""SQLite's name for the index of that unique constraint."""
_ALIAS = re.compile(r"\b([a-z])\.")


@dataclass(frozen=True)
class Walk:
    """A way in whose order SQLite meets a list's rows; `along` begins what is compared with a set of releases on it.

    The plus sign keeps SQLite from leaving the way for an index of that column.
    """

    tables: str
    along: str


@dataclass(frozen=True)
class List:
    """One list: `columns` maps each column to its SQL, `sorts` those that may be sorted to what is compared.

    `picked` is the table that `conditions` speak of; `joined` are the joins that `columns` need besides, by their alias; a
    sort that compares one of them joins it too. `found` is `picked` once more, joined by the row's `key`. `walked` are the
    ways of the sorts whose order an index has. `hidden` are columns for links, which are not shown. `counted` is a query
    that all may name, `filled` one about the rows in `picked`, for what is counted for the rows of a page only. `searched`
    are the columns that may hold the words of a search; `{words}` in the condition `text` becomes the comparison, `{along}`
    the table of the release. `usual` names for a condition its commonest value and what holds for all others: these have
    an index of their own.
    """

    name: str
    columns: Mapping[str, str]
    sorts: Mapping[str, str]
    picked: str
    found: str
    key: str
    conditions: Mapping[str, str]
    default: str
    joined: Mapping[str, str] = field(default_factory=dict)
    walked: Mapping[str, Walk] = field(default_factory=dict)
    descending: bool = True
    hidden: Mapping[str, str] = field(default_factory=dict)
    counted: str = ""
    searched: tuple[str, ...] = ()
    filled: str = ""
    usual: Mapping[str, tuple[str, str]] = field(default_factory=dict)


@dataclass(frozen=True)
class Asked:
    """What is asked of a list: conditions by name with their parameters, the words of a search, and the order."""

    conditions: tuple[str, ...]
    parameters: Mapping[str, Value]
    sort: str
    descending: bool
    words: tuple[str, ...] = ()

    @property
    def bound(self) -> dict[str, Value]:
        """All parameters of its queries."""
        return {**self.parameters, **searching.parameters(self.words)}


@dataclass(frozen=True)
class Page:
    """Rows of one page; `after` is where the next one begins, None on the last; `total` is of all pages."""

    rows: list[sqlite3.Row]
    after: tuple[Value, ...] | None
    total: int


def _where(which: List, asked: Asked, after: Sequence[Value] | None, *, walking: bool = False) -> str:
    conditions = [which.conditions[name] for name in asked.conditions]
    conditions += [
        others for name, (value, others) in which.usual.items()
        if name in asked.conditions and asked.parameters[name] != value
    ]  # fmt: skip
    if asked.words:
        found = searching.conditions(which.searched, asked.words)
        conditions.append(which.conditions["text"].format(words=found, along=which.walked[asked.sort].along if walking else "v."))
    if after is not None:
        conditions += _beyond((*_compared(which, asked), which.key), after, asked)
    return f" WHERE {' AND '.join(conditions)}" if conditions else ""


def _beyond(compared: Sequence[str], after: Sequence[Value], asked: Asked) -> list[str]:
    """That a row comes after the last one of the page before; the second condition lets an index begin there."""
    marks = ", ".join(f":after{place}" for place in range(len(after)))
    way = "<" if asked.descending else ">"
    return [f"({', '.join(compared)}) {way} ({marks})", f"{compared[0]} {way}= :after0"]


def _compared(which: List, asked: Asked) -> tuple[str, ...]:
    return tuple(which.sorts[asked.sort].split(" | "))


def _tables(which: List, asked: Asked, *, walking: bool, whole: bool = False) -> str:
    """What rows are picked from, with the joins that the order needs, or with all."""
    needed = set(_ALIAS.findall(which.sorts[asked.sort]))
    tables = which.walked[asked.sort].tables if walking else which.picked
    present = needed if walking else set()
    return " ".join((tables, *(
        join for alias, join in which.joined.items() if (whole or alias in needed) and alias not in present
    )))  # fmt: skip


def _walks(which: List, asked: Asked, total: int | None) -> bool:
    return total is not None and total >= WALKED_FROM and asked.sort in which.walked


def _counted(which: List) -> str:
    return f"counted AS MATERIALIZED ({which.counted}), " if which.counted else ""


def _query(
    which: List, asked: Asked, shown: Mapping[str, str], after: Sequence[Value] | None, limit: int, total: int | None
) -> str:
    way = " DESC" if asked.descending else ""
    marks = _marks(which, asked)
    order = ", ".join(f"{mark}{way}" for mark in marks)
    placed = ", ".join(f"{what} AS {mark}" for what, mark in zip((*_compared(which, asked), which.key), marks, strict=True))
    walking = _walks(which, asked, total)
    tables = _tables(which, asked, walking=walking)
    if total is None:  # all are looked at once, to be counted and for the page
        beyond = f" WHERE {' AND '.join(_beyond(marks, after, asked))}" if after is not None else ""
        every = f"every AS MATERIALIZED (SELECT {placed} FROM {tables}{_where(which, asked, None)}), "
        picked = f"SELECT * FROM every{beyond}"
    else:
        every = ""
        picked = f"SELECT {placed} FROM {tables}{_where(which, asked, after, walking=walking)}"
    columns = ", ".join(f"{expression} AS {name}" for name, expression in shown.items())
    return (
        f"WITH {_counted(which)}{every}picked AS MATERIALIZED ({picked} ORDER BY {order} LIMIT {limit})"
        f"{f', filled AS MATERIALIZED ({which.filled})' if which.filled else ''}"
        f" SELECT {columns}, {'(SELECT count(*) FROM every)' if total is None else total} AS total"
        f" FROM picked CROSS JOIN {which.found} {' '.join(which.joined.values())}"
        f" ORDER BY {', '.join(f'picked.{mark}{way}' for mark in marks)}"
    )


def _marks(which: List, asked: Asked) -> tuple[str, ...]:
    """The columns of `picked` that place a row."""
    return (*(f"sorted{place}" for place in range(len(_compared(which, asked)))), "picked_key")


def read_page(
    connection: sqlite3.Connection, which: List, asked: Asked, size: int, after: Sequence[Value] | None = None,
    total: int | None = None,
) -> Page:
    """A page of `size` rows that begins after a row; each row ends with the values that place it.

    `total` is how many rows there are on all pages, where that is known: it decides how they are found. Else they are counted.
    """
    places = {f"after{place}": value for place, value in enumerate(after or ())}
    marks = {f"place_{mark}": f"picked.{mark}" for mark in _marks(which, asked)}
    query = _query(which, asked, {**which.columns, **which.hidden, **marks}, after, size + 1, total)
    rows = connection.execute(query, {**asked.bound, **places}).fetchall()
    following = tuple(rows[size - 1][mark] for mark in marks) if len(rows) > size else None
    if total is None:
        total = rows[0]["total"] if rows else count(connection, which, asked) if after else 0
    return Page(rows[:size], following, total)


def places(which: List, asked: Asked) -> int:
    """How many values name the place of a row in the order that is asked for."""
    return len(_compared(which, asked)) + 1


def count(connection: sqlite3.Connection, which: List, asked: Asked) -> int:
    """How many rows there are on all pages."""
    before = f"WITH {_counted(which)[:-2]} " if which.counted else ""
    query = f"{before}SELECT count(*) FROM {which.picked}{_where(which, asked, None)}"
    return int(connection.execute(query, asked.bound).fetchone()[0])


def whole(which: List, asked: Asked, total: int = 0) -> tuple[str, dict[str, Any]]:
    """The query of the whole list, its columns in their order and nothing else, with its parameters.

    `total` is about how many rows there are; it decides how they are found.
    """
    before = f"WITH {_counted(which)[:-2]} " if which.counted else ""
    columns = ", ".join(f"{expression} AS {name}" for name, expression in which.columns.items())
    way = " DESC" if asked.descending else ""
    order = ", ".join(f"{expression}{way}" for expression in (*_compared(which, asked), which.key))
    walking = _walks(which, asked, total)
    tables, where = _tables(which, asked, walking=walking, whole=True), _where(which, asked, None, walking=walking)
    return f"{before}SELECT {columns} FROM {tables}{where} ORDER BY {order}", asked.bound


def portals(edition: str, days: Days, earlier: Days | None) -> tuple[List, dict[str, Value]]:
    """All portals with verdicts in a span: their counts, and their rate in the span before; with its parameters."""
    counted, parameters = portal_sums(edition, days, "now")
    before, more = portal_sums(edition, earlier, "old") if earlier else ("SELECT NULL AS id, 0 AS on_time, 0 AS decided", {})
    rate, old = "100.0 * c.on_time / nullif(c.decided, 0)", "100.0 * c.old_on_time / nullif(c.old_decided, 0)"
    return List(
        name="portal_scorecard",
        counted=f"SELECT n.*, b.on_time AS old_on_time, b.decided AS old_decided FROM ({counted}) n"
                f" LEFT JOIN ({before}) b ON b.id = n.id",
        columns={
            "portal_name": "p.name", "level": "p.level", "on_time_percent": f"round({rate}, 1)",
            "rate_change": f"round({rate} - {old}, 1)", "decided": "c.decided", "releases": "c.verdicts",
            **{name: f"c.{name}" for name in STATUSES}, "backdated": "c.backdated",
            "mean_lag_hours": "round(c.lag_hours / nullif(c.timed, 0), 1)",
        },
        hidden={"portal_id": "p.portal_id"},
        sorts={
            "on_time_percent": f"coalesce({rate}, 101) | -c.late - c.missing", "portal_name": "p.name", "level": "p.level",
            "rate_change": f"coalesce({rate} - {old}, -101)", "decided": "c.decided", "releases": "c.verdicts",
            **{name: f"c.{name}" for name in STATUSES}, "backdated": "c.backdated",
            "mean_lag_hours": "coalesce(c.lag_hours / nullif(c.timed, 0), -1)",
        },
        picked="counted c JOIN portals p ON p.portal_id = c.id",
        found="counted c ON c.id = picked_key JOIN portals p ON p.portal_id = c.id",
        key="p.portal_id",
        conditions={"level": "p.level = :level", "text": "{words}"},
        searched=("p.name",),
        default="on_time_percent",
        descending=False,
    ), {**parameters, **more}  # fmt: skip


_PERIOD = "v.released_day BETWEEN :first AND :last"
_OF_LEVEL = "(SELECT portal_id FROM portals WHERE level = :level)"
_OF_PERIOD = (
    "(SELECT c.release_id FROM release_counts c WHERE c.edition = :edition AND c.released_day BETWEEN :first AND :last)"
)
_ALONG_RELEASES = Walk(
    f"releases r CROSS JOIN verdicts v INDEXED BY {RELEASE_PORTAL_EDITION} ON v.release_id = r.release_id"
    f" AND +r.release_id IN {_OF_PERIOD}", "+r.",
)  # fmt: skip
_ALONG_PORTALS = Walk("portals p CROSS JOIN verdicts v INDEXED BY verdicts_portal ON v.portal_id = p.portal_id", "+v.")
_NOT_ON_TIME, _NOT_COPIED = "v.effective_status <> 'on_time'", "v.mode IS NOT 'copy'"
"""The conditions of the indexes `verdicts_not_on_time` and `verdicts_not_copied`, word for word."""
_DECISION = "CASE w.decision WHEN 'reopen' THEN NULL ELSE w.decision END"

VERDICTS = List(
    name="verdict_list",
    columns={
        "portal_name": "p.name", "title": "r.title", "status": "v.effective_status", "cause": "v.cause", "flags": "v.flags",
        "mode": "v.mode", "released_at": "r.released_earliest", "deadline": "v.deadline", "earliest": "v.earliest",
        "latest": "v.latest", "lag_hours": "v.lag_hours", "reviewed": _DECISION, "document_number": "r.document_number",
        "level": "p.level", "page_url": "v.page_url", "edition": "v.edition", "verdict_id": "v.verdict_id",
    },
    hidden={"portal_id": "v.portal_id", "release_id": "v.release_id"},
    sorts={
        "released_at": "r.released_earliest | r.release_id | v.portal_id", "title": "r.title | r.release_id | v.portal_id",
        "document_number": "r.document_number | r.release_id | v.portal_id",
        "portal_name": "p.name | p.portal_id | v.released_day | v.status",
        "level": "p.level | p.portal_id | v.released_day | v.status",
        "status": "v.effective_status", "cause": "v.cause", "flags": "v.flags", "mode": "coalesce(v.mode, '')",
        "deadline": "v.deadline", "earliest": "coalesce(v.earliest, '')", "latest": "coalesce(v.latest, '')",
        "lag_hours": "coalesce(v.lag_hours, -1)", "reviewed": f"coalesce({_DECISION}, '')", "page_url": "v.page_url",
        "edition": "v.edition", "verdict_id": "v.verdict_id",
    },
    picked="verdicts v",
    found="verdicts v ON v.verdict_id = picked_key",
    joined={
        "r": "CROSS JOIN releases r ON r.release_id = v.release_id", "p": "CROSS JOIN portals p ON p.portal_id = v.portal_id",
        "w": "LEFT JOIN reviews w ON w.review_id = (SELECT max(x.review_id) FROM reviews x WHERE x.release_id = v.release_id"
             " AND x.portal_id = v.portal_id AND x.edition = v.edition)",
    },
    walked={
        "released_at": _ALONG_RELEASES, "title": _ALONG_RELEASES, "document_number": _ALONG_RELEASES,
        "portal_name": _ALONG_PORTALS, "level": _ALONG_PORTALS,
    },
    key="v.verdict_id",
    conditions={
        "edition": "v.edition = :edition", "period": _PERIOD, "level": f"+v.portal_id IN {_OF_LEVEL}",
        "portal": "v.portal_id = :portal", "release": "v.release_id = :release", "status": "v.effective_status = :status",
        "mode": "v.mode = :mode", "not_copied": _NOT_COPIED,
        "flag": "v.flags <> '' AND ' ' || v.flags || ' ' LIKE '% ' || :flag || ' %'",
        "text": "{along}release_id IN (SELECT r.release_id FROM release_counts c JOIN releases r ON r.release_id = c.release_id"
                " WHERE c.edition = :edition AND c.released_day BETWEEN :first AND :last AND {words})",
        "problem": f"v.effective_status IN ('late', 'missing') AND {_NOT_ON_TIME}",
    },
    usual={"status": (Status.ON_TIME, _NOT_ON_TIME), "mode": (Mode.COPY, _NOT_COPIED)},
    searched=("r.title", "r.document_number"),
    default="released_at",
)  # fmt: skip
"""All verdicts of an edition, with the status that holds."""

QUEUE = List(
    name="review_queue",
    counted="SELECT verdict_id, release_id FROM verdicts WHERE edition = :edition AND released_day BETWEEN :first AND :last"
            " AND (status = 'undetermined' OR flags <> '')"
            " UNION SELECT v.verdict_id, v.release_id FROM reviews w JOIN verdicts v ON v.release_id = w.release_id"
            " AND v.portal_id = w.portal_id AND v.edition = w.edition"
            " WHERE v.edition = :edition AND v.released_day BETWEEN :first AND :last",
    columns={
        "why": "q.why", "portal_name": "q.portal_name", "title": "q.title", "status": "q.status",
        "judged_status": "q.judged_status", "cause": "q.cause", "flags": "q.flags", "released_at": "q.released_at",
        "reviewed": "q.reviewed", "page_url": "q.page_url",
    },
    hidden={"verdict_id": "q.verdict_id", "portal_id": "q.portal_id"},
    sorts={
        "why": "CASE q.why WHEN 'disputed' THEN 2 WHEN 'undetermined' THEN 1 ELSE 0 END | q.released_at",
        "portal_name": "q.portal_name", "title": "q.title", "status": "q.status", "judged_status": "q.judged_status",
        "cause": "q.cause", "flags": "q.flags", "released_at": "q.released_at", "reviewed": "coalesce(q.reviewed, '')",
        "page_url": "q.page_url",
    },
    picked="counted c CROSS JOIN review_queue q ON q.verdict_id = c.verdict_id",
    found="review_queue q ON q.verdict_id = picked_key",
    key="q.verdict_id",
    conditions={
        "why": "q.why = :why", "level": f"q.portal_id IN {_OF_LEVEL}",
        "status": "q.status = :status", "flag": "' ' || q.flags || ' ' LIKE '% ' || :flag || ' %'",
        "text": "c.release_id IN (SELECT r.release_id FROM releases r WHERE {words})",
    },
    searched=("r.title", "r.document_number"),
    default="why",
)  # fmt: skip
"""What waits for a person, as the view review_queue defines it, of a span; disputed first, then undetermined."""

_TALLIES = ("verdicts", *STATUSES)
"""What the list of releases tells of the portals."""


def releases(level: str = "", *, by_tally: bool = True) -> List:
    """All releases of a span with a duty under an edition, and how the portals did: all, or those of a level.

    Without `by_tally` those of a level are counted for the rows of a page only: then the list sorts by no tally, and is not
    for the whole.
    """
    counts = "n" if level else "c"
    tallies = {name: f"coalesce({counts}.{name}, 0)" for name in _TALLIES}
    shown = {"portals": tallies.pop("verdicts"), **tallies}
    rate = f"{counts}.on_time / nullif({counts}.on_time + {counts}.late + {counts}.missing, 0)"
    release = "JOIN releases r ON r.release_id = c.release_id"
    found = f"release_counts c ON c.release_id = picked_key AND c.edition = :edition {release}"
    joined = {"n": f"LEFT JOIN {'counted' if by_tally else 'filled'} n ON n.release_id = c.release_id"} if level else {}
    sorts = {"released_at": "c.released_day | r.released_earliest", "title": "r.title", "document_number": "r.document_number"}
    return List(
        name="release_coverage",
        counted=_OF_ONE_LEVEL.format("released_day BETWEEN :first AND :last") if level and by_tally else "",
        filled=_OF_ONE_LEVEL.format("release_id IN (SELECT picked_key FROM picked)") if level and not by_tally else "",
        columns={
            "title": "r.title", "document_number": "r.document_number", "released_at": "r.released_earliest",
            "on_time_percent": f"round(100.0 * {rate}, 1)", **shown,
        },
        hidden={"release_id": "r.release_id"},
        sorts={**sorts, "on_time_percent": f"coalesce(1.0 * {rate}, -1)", **shown} if by_tally else sorts,
        picked=f"release_counts c {release}",
        found=found,
        joined=joined,
        key="c.release_id",
        conditions={
            "edition": "c.edition = :edition", "period": "c.released_day BETWEEN :first AND :last", "text": "{words}",
        },
        searched=("r.title", "r.document_number"),
        default="released_at",
    )  # fmt: skip


_OF_ONE_LEVEL = (
    f"SELECT release_id, count(*) AS verdicts, {', '.join(f'sum(effective_status = {name!r}) AS {name}' for name in STATUSES)}"
    f" FROM verdicts WHERE edition = :edition AND {{}} AND +portal_id IN {_OF_LEVEL} GROUP BY release_id"
)
RELEASES = releases()
