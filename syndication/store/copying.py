"""Copies of the database as of one moment, and what a database holds: how a copy is compared with its original.

Fact of SQLite: `VACUUM INTO` reads one snapshot and holds nobody up; a copy of the file alone lacks what the write-ahead
log holds.
"""

from __future__ import annotations

import os
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Mapping
    from pathlib import Path

    from sqlite_utils import Database

COUNTED = (
    "portals", "channels", "runs", "evidence", "observations", "releases", "postings", "sightings", "matches", "verdicts",
    "superseded_verdicts", "reviews",
)  # fmt: skip


@dataclass(frozen=True)
class Contents:
    """Rows by table, the newest run (empty: none), and whether SQLite finds the file sound."""

    counts: Mapping[str, int]
    newest_run: str
    sound: bool


def contents_of(connection: sqlite3.Connection) -> Contents:
    """Counts and checks a database; every page of it is read."""
    sound = connection.execute("PRAGMA quick_check(1)").fetchone()[0] == "ok"
    counts = {table: connection.execute(f"SELECT count(*) FROM {table}").fetchone()[0] for table in COUNTED}
    newest = connection.execute("SELECT run_id FROM runs ORDER BY started_at DESC, run_id DESC LIMIT 1").fetchone()
    return Contents(counts, newest[0] if newest else "", sound)


def copy_whole(db: Database | sqlite3.Connection, target: Path) -> None:
    """Writes a copy of the database in one file; where it fails (a full disk), nothing is left behind."""
    part = target.with_suffix(".part")
    part.unlink(missing_ok=True)
    try:
        db.execute("VACUUM INTO ?", (str(part),))
        with part.open("rb+") as file:
            os.fsync(file.fileno())
        part.replace(target)
    finally:
        part.unlink(missing_ok=True)
