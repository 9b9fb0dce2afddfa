"""Snapshots: after each night a copy of the database that nothing writes to, so that a notice can cite its figures."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

    from sqlite_utils import Database

FOLDER = "snapshots"
KEPT = 7


def take_snapshot(db: Database, folder: Path, run_id: str) -> Path:
    """Copies the database as `VACUUM INTO` does (whole, without a write-ahead log) and keeps the newest `KEPT`."""
    target = folder / FOLDER / f"{run_id}.db"
    target.parent.mkdir(parents=True, exist_ok=True)
    part = target.with_suffix(".part")
    part.unlink(missing_ok=True)
    db.execute("VACUUM INTO ?", (str(part),))
    part.replace(target)
    for old in sorted(target.parent.glob("*.db"))[:-KEPT]:
        old.unlink()
    return target
