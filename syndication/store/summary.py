"""What a night brought, for the person who reads its last lines."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from sqlite_utils import Database

DEFAULT_EDITION = "inspection-24h"


@dataclass(frozen=True)
class NightSummary:
    """Figures of one run. `blind` are the portals none of whose channels answered, with the outcome of their home page.

    `changes` are the verdicts that it replaced (`syndication runs` says the same), `new` the others that it made.
    """

    run_id: str
    releases: int = 0
    owed: int = 0
    looks: int = 0
    outcomes: dict[str, int] = field(default_factory=dict)
    portals: int = 0
    blind: tuple[tuple[str, str, str], ...] = ()
    columns_failed: tuple[tuple[str, str, str], ...] = ()
    statuses: dict[str, dict[str, int]] = field(default_factory=dict)
    matched: int = 0
    new: int = 0
    changes: int = 0
    unreached: int = 0


def summarise(db: Database, run_id: str, *, matched: int = 0, unreached: int = 0) -> NightSummary:
    """The figures of a run, from what it stored."""
    outcomes = dict(db.execute(
        "SELECT outcome, count(*) FROM observations WHERE run_id = ? GROUP BY outcome ORDER BY 2 DESC, 1", (run_id,)
    ).fetchall())  # fmt: skip
    blind = db.execute(
        "SELECT o.portal_id, p.name, group_concat(DISTINCT o.outcome) FROM observations o JOIN portals p USING (portal_id)"
        " WHERE o.run_id = ? AND o.kind = 'channel' GROUP BY o.portal_id"
        " HAVING sum(o.outcome IN ('ok', 'unchanged')) = 0 ORDER BY o.portal_id",
        (run_id,),
    ).fetchall()
    failed = db.execute(
        "SELECT o.portal_id, p.name, c.name || '：' || o.outcome FROM observations o JOIN portals p USING (portal_id)"
        " JOIN channels c ON c.channel_id = o.channel_id WHERE o.run_id = ? AND o.kind = 'channel' AND c.role = 'column'"
        " AND o.outcome NOT IN ('ok', 'unchanged') ORDER BY o.portal_id, c.channel_id",
        (run_id,),
    ).fetchall()
    statuses: dict[str, dict[str, int]] = {}
    for edition, status, count in db.execute(
        "SELECT edition, status, count(*) FROM verdict_list GROUP BY edition, status ORDER BY edition, status"
    ):
        statuses.setdefault(edition, {})[status] = count
    made = _one(db, "SELECT count(*) FROM verdicts WHERE run_id = ?", run_id)
    changes = _one(db, "SELECT count(*) FROM superseded_verdicts WHERE superseded_by = ?", run_id)
    return NightSummary(
        run_id=run_id,
        releases=_one(db, "SELECT count(*) FROM releases"),
        owed=_one(db, "SELECT count(*) FROM duties WHERE duty = 1"),
        looks=sum(outcomes.values()),
        outcomes=outcomes,
        portals=_one(db, "SELECT count(DISTINCT portal_id) FROM observations WHERE run_id = ? AND kind = 'channel'", run_id),
        blind=tuple(tuple(row) for row in blind),
        columns_failed=tuple(tuple(row) for row in failed),
        statuses=statuses,
        matched=matched,
        new=made - changes,
        changes=changes,
        unreached=unreached,
    )


def answers(db: Database, edition: str) -> dict[tuple[str, str], tuple[str, str, str]]:
    """What holds under an edition: portal and release address -> status, mode (empty for none), flags."""
    return {
        (portal, url): (status, mode or "", flags)
        for portal, url, status, mode, flags in db.execute(
            "SELECT portal_id, release_url, status, mode, flags FROM verdict_list WHERE edition = ?", (edition,)
        )
    }


def taken_back(db: Database, edition: str) -> set[tuple[str, str]]:
    """Portal and release address of each verdict that once was late or missing under an edition and now is neither."""
    return {
        (portal, url)
        for portal, url in db.execute(
            "SELECT DISTINCT v.portal_id, v.release_url FROM verdict_list v JOIN superseded_verdicts s"
            " ON s.release_id = v.release_id AND s.portal_id = v.portal_id AND s.edition = v.edition"
            " WHERE v.edition = ? AND s.status IN ('late', 'missing') AND v.status NOT IN ('late', 'missing')",
            (edition,),
        )
    }


def _one(db: Database, query: str, *parameters: str) -> int:
    return int(db.execute(query, parameters).fetchone()[0])
