"""Counts and effective statuses say what the verdicts and reviews say, after every kind of change."""

from __future__ import annotations

import random
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest
from publish_data import EDITION, FIRST_RELEASE, STATUSES, empty_database, fill, portal, release, verdict

from syndication.clock import to_text
from syndication.store.deciding import DecidingRows
from syndication.store.summarising import COUNTS, EDITIONS, refresh_all, refresh_days

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from sqlite_utils import Database

SUM = (
    "count(*), sum(v.status = 'on_time'), sum(v.status = 'late'), sum(v.status = 'missing'), sum(v.status = 'pending'),"
    " sum(v.status = 'undetermined'), sum(v.status = 'not_observed'), sum(v.status = 'exempt'),"
    " sum(' ' || v.flags || ' ' LIKE '% backdated %'), sum(v.status IN ('on_time', 'late') AND v.lag_hours IS NOT NULL),"
    " round(coalesce(sum(CASE WHEN v.status IN ('on_time', 'late') THEN v.lag_hours END), 0), 6)"
)
_TOLD = (
    "count(*), sum(status = 'on_time'), sum(status = 'late'), sum(status = 'missing'), sum(status = 'pending'),"
    " sum(status = 'undetermined'), sum(status = 'not_observed'), sum(status = 'exempt'),"
    " sum(status IN ('on_time', 'late', 'missing')),"
    " round(100.0 * sum(status = 'on_time') / nullif(sum(status IN ('on_time', 'late', 'missing')), 0), 1)"
)
VIEWS = {
    "portal_scorecard": f"SELECT portal_id, portal_name, level, edition, {_TOLD},"
    " sum(' ' || flags || ' ' LIKE '% backdated %'),"
    " round(avg(CASE WHEN status IN ('on_time', 'late') THEN lag_hours END), 1)"
    " FROM verdict_list GROUP BY portal_id, edition ORDER BY portal_id, edition",
    "release_coverage": f"SELECT release_url, document_number, title, released_at, edition, deadline, {_TOLD}, release_id"
    " FROM verdict_list GROUP BY release_id, edition ORDER BY release_id, edition",
}
"""The views that add up kept counts, each as the list of verdicts tells the same."""
GROUPS = {
    "portal_day": ("edition, released_day, portal_id", "v.edition, v.released_day, v.portal_id"),
    "portal_month": ("edition, month, portal_id", "v.edition, substr(v.released_day, 1, 7), v.portal_id"),
    "release_counts": ("edition, released_day, release_id", "v.edition, v.released_day, v.release_id"),
}


def assert_true(db: Database) -> None:
    """Each table equals what the list of verdicts, which looks at the reviews itself, counts."""
    for table, (own, listed) in GROUPS.items():
        names = ", ".join(COUNTS).replace("lag_hours", "round(lag_hours, 6)")
        kept = db.execute(f"SELECT {own}, {names} FROM {table} ORDER BY {own}").fetchall()
        counted = db.execute(f"SELECT {listed}, {SUM} FROM verdict_list v GROUP BY {listed} ORDER BY {listed}").fetchall()
        assert kept == counted, table
    for view, listed in VIEWS.items():
        order = listed.partition(" ORDER BY ")[2]
        assert db.execute(f"SELECT * FROM {view} ORDER BY {order}").fetchall() == db.execute(listed).fetchall(), view
    wrong = "SELECT count(*) FROM verdicts v JOIN verdict_list l USING (verdict_id) WHERE v.effective_status IS NOT l.status"
    assert db.execute(wrong).fetchone() == (0,)


@pytest.fixture
def db(tmp_path: Path) -> Iterator[Database]:
    database = empty_database(tmp_path)
    fill(database, releases=30, portals=6)
    yield database
    database.close()


def days(db: Database, where: str = "1") -> list[str]:
    return [day for (day,) in db.execute(f"SELECT DISTINCT released_day FROM verdicts WHERE {where}")]


def test_counts_are_made_with_the_verdicts(db: Database) -> None:
    assert_true(db)
    assert db.execute("SELECT sum(verdicts) FROM portal_month").fetchone() == (180,)


def test_a_second_edition_is_counted_apart(db: Database) -> None:
    paper, whose = release(1, FIRST_RELEASE), portal(1, "department")
    with db.atomic():
        db.table("verdicts").insert(verdict(999_999, paper, whose, "late", edition="guideline-12h"))
        refresh_days(db, days(db, "verdict_id = 999999"))
    assert_true(db)
    assert [edition for (edition,) in db.execute(EDITIONS)] == ["guideline-12h", EDITION]


@pytest.mark.parametrize("seed", range(5))
def test_changes_of_days_and_reviews_in_any_order(db: Database, seed: int) -> None:
    chance = random.Random(seed)
    for step in range(25):
        number = chance.choice([row[0] for row in db.execute("SELECT verdict_id FROM verdicts")])
        touched = set(days(db, f"verdict_id = {number}"))
        with db.atomic():
            kind = chance.choice(["status", "review", "move", "drop"])
            if kind == "status":
                db.execute("UPDATE verdicts SET status = ? WHERE verdict_id = ?", (chance.choice(STATUSES), number))
            elif kind == "review":
                db.table("reviews").insert(_review(db, number, chance, step))
            elif kind == "move":  # a release turns out to be of another day: all its verdicts are judged anew
                day = chance.choice(["2026-03-05", "2026-04-30", "2027-01-01"])
                whole = f"release_id = (SELECT release_id FROM verdicts WHERE verdict_id = {number})"
                db.execute(f"UPDATE verdicts SET released_day = ? WHERE {whole}", (day,))
                touched.add(day)
            else:
                db.execute("DELETE FROM verdicts WHERE verdict_id = ?", (number,))
            refresh_days(db, touched)
        assert_true(db)
    with db.atomic():
        refresh_all(db)
    assert_true(db)


def _review(db: Database, number: int, chance: random.Random, step: int) -> dict[str, Any]:
    row = db.execute("SELECT release_id, portal_id, edition, status FROM verdicts WHERE verdict_id = ?", (number,)).fetchone()
    return {
        "release_id": row[0], "portal_id": row[1], "edition": row[2], "status_before": row[3],
        "decision": chance.choice(["confirm", "overturn", "exempt", "reopen"]), "status_after": chance.choice(STATUSES),
        "reason": "核对", "decided_by": "test", "decided_at": to_text(FIRST_RELEASE + timedelta(hours=step)),
    }  # fmt: skip


def test_a_verdict_that_nobody_asks_for_leaves_the_counts(db: Database) -> None:
    rows = DecidingRows(db)
    kept = [tuple(row) for row in db.execute("SELECT release_id, portal_id, edition FROM verdicts WHERE release_id <> 3")]
    with db.atomic():
        assert rows.drop_unowed(FIRST_RELEASE - timedelta(days=1), kept) == 6
        rows.summarise()
    assert_true(db)
    assert db.execute("SELECT count(*) FROM release_counts WHERE release_id = 3").fetchone() == (0,)


def test_nothing_of_it_is_seen_before_the_transaction_ends(db: Database) -> None:
    before = db.execute("SELECT * FROM portal_month ORDER BY 1, 2, 3").fetchall()
    db.conn.execute("BEGIN")
    db.execute("UPDATE verdicts SET status = 'exempt'")
    refresh_days(db, days(db))
    db.conn.rollback()
    assert db.execute("SELECT * FROM portal_month ORDER BY 1, 2, 3").fetchall() == before
    assert_true(db)
