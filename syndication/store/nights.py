"""Runs with their figures, and what the monitor knows of its own sight: what operators look at and alerts rest on."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from syndication.addresses import RELEASE_LISTS
from syndication.clock import from_text, to_text
from syndication.glossary import ANSWERED
from syndication.store.registering import newest_moment

if TYPE_CHECKING:
    import sqlite3
    from datetime import datetime

_GOOD = ", ".join(f"'{outcome}'" for outcome in sorted(ANSWERED))


@dataclass(frozen=True)
class RunFigures:
    """One run; `blind` are its portals none of whose channels answered, `changes` the verdicts that it replaced.

    Replaced is what was decided before: a verdict that was pending until then is a new one.
    """

    run_id: str
    kind: str
    started_at: datetime
    finished_at: datetime | None
    state: str
    looks: int
    failed: int
    blind: int
    changes: int

    @property
    def seconds(self) -> int | None:
        """How long it lasted; None while it is not over."""
        return None if self.finished_at is None else int((self.finished_at - self.started_at).total_seconds())


@dataclass(frozen=True)
class Source:
    """A list of www.gov.cn at the newest look at it."""

    name: str
    url: str
    outcome: str
    looked_at: datetime

    @property
    def silent(self) -> bool:
        """Whether the look ended without the list."""
        return self.outcome not in ANSWERED


class NightRows:
    """Reads over an open connection."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._db = connection

    def newest_moment(self) -> str | None:
        """The latest time at which a run that looked at anything began or ended, as stored."""
        return newest_moment(self._db)

    def runs(self, limit: int, kind: str | None = None) -> list[RunFigures]:
        """The newest runs, newest first."""
        rows = self._db.execute(
            "WITH chosen AS (SELECT run_id, kind, started_at, finished_at, state FROM runs WHERE :kind IS NULL OR kind = :kind"
            "  ORDER BY started_at DESC, run_id DESC LIMIT :limit),"
            " seen AS (SELECT o.run_id, o.kind, o.portal_id, count(*) AS looks, sum(o.outcome NOT IN"
            f"  ({_GOOD})) AS failed FROM observations o WHERE o.run_id IN (SELECT run_id FROM chosen) GROUP BY 1, 2, 3)"
            " SELECT c.run_id, c.kind, c.started_at, c.finished_at, c.state,"
            " coalesce((SELECT sum(looks) FROM seen s WHERE s.run_id = c.run_id), 0),"
            " coalesce((SELECT sum(failed) FROM seen s WHERE s.run_id = c.run_id), 0),"
            " (SELECT count(*) FROM seen s WHERE s.run_id = c.run_id AND s.kind = 'channel' AND s.looks = s.failed),"
            " (SELECT count(*) FROM superseded_verdicts v WHERE v.superseded_by = c.run_id)"
            " FROM chosen c ORDER BY c.started_at DESC, c.run_id DESC",
            {"kind": kind, "limit": limit},
        ).fetchall()
        return [
            RunFigures(run_id, kind, from_text(started), from_text(ended) if ended else None, *rest)
            for run_id, kind, started, ended, *rest in rows
        ]

    def blind_for(self, nights: int) -> dict[str, tuple[str, str]]:
        """Portals that no channel of which answered in any of the last so many whole nights: name and last outcomes.

        A portal that was not looked at in one of them is not among them; nor is any before there were so many nights.
        """
        newest = [run.run_id for run in self.runs(nights, "nightly") if run.state == "done"]
        if len(newest) < nights:
            return {}
        marks = ", ".join("?" * len(newest))
        rows = self._db.execute(
            "SELECT o.portal_id, p.name, group_concat(DISTINCT CASE WHEN o.run_id = ? THEN o.outcome END)"
            " FROM observations o JOIN portals p ON p.portal_id = o.portal_id AND p.registered = 1"
            f" WHERE o.kind = 'channel' AND o.run_id IN ({marks}) GROUP BY o.portal_id"
            f" HAVING count(DISTINCT o.run_id) = ? AND sum(o.outcome IN ({_GOOD})) = 0 ORDER BY o.portal_id",
            (newest[0], *newest, nights),
        ).fetchall()
        return {portal_id: (name, outcomes) for portal_id, name, outcomes in rows}

    def portal_names(self) -> dict[str, str]:
        """The registered portals by id."""
        return dict(self._db.execute("SELECT portal_id, name FROM portals WHERE registered = 1").fetchall())

    def sources(self) -> list[Source]:
        """Each list of www.gov.cn as the last look at it ended; one that was never asked is left out."""
        found = []
        for name, url in RELEASE_LISTS.items():
            row = self._db.execute(
                "SELECT outcome, looked_at FROM observations WHERE kind = 'release_list' AND url = ?"
                " ORDER BY looked_at DESC LIMIT 1",
                (url,),
            ).fetchone()
            if row is not None:
                found.append(Source(name, url, row[0], from_text(row[1])))
        return found

    def differences(self, since: datetime, until: datetime) -> list[str]:
        """Titles of the releases of a time that one push list of www.gov.cn has and its other or its newest list lacks."""
        rows = self._db.execute(
            "SELECT title FROM source_differences WHERE released_at >= ? AND released_at < ?"
            " AND (in_push_feed <> in_push_json OR in_zuixin = 0) ORDER BY released_at, release_id",
            (to_text(since), to_text(until)),
        ).fetchall()
        return [str(row[0]) for row in rows]

    def faulty(self) -> dict[str, dict[str, int]]:
        """Late and missing verdicts that hold, by edition."""
        counts: dict[str, dict[str, int]] = {}
        for edition, late, missing, verdicts in self._db.execute(
            "SELECT edition, sum(late), sum(missing), sum(verdicts) FROM portal_month GROUP BY edition ORDER BY edition"
        ):
            counts[edition] = {"late": late, "missing": missing, "verdicts": verdicts}
        return counts
