"""`syndication retention`: evidence files that are old and that no finding rests on make room; their hashes stay.

A file is verified before it goes, so that a broken one is never taken for a removed one. Without its file a run cannot be
replayed any more; that nobody removed or changed the run can still be shown.
"""

from __future__ import annotations

import sqlite3
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

import click

from syndication import lock
from syndication.folders import data_folder, data_option
from syndication.gathering import frame_of, records_of
from syndication.proof import choose
from syndication.store import Store
from syndication.store.database import require_database
from syndication.store.ledger import Ledger
from syndication.store.proof import ProofRows
from syndication.store.retaining import RetainingRows
from syndication.surroundings import Surroundings, surrounded
from syndication.verifying import verify

if TYPE_CHECKING:
    from datetime import datetime
    from pathlib import Path

    from syndication.clock import Clock
    from syndication.store.ledger import RunEntry

SHORTEST = 120
"""Days: a quarter and the month in which its notice is made; verdicts are open for 45 days."""
MEGABYTE = 1_000_000


@dataclass(frozen=True)
class Retained:
    """What went, or would go: runs and bytes; `needed` are old runs that stay since a finding rests on them."""

    removed: tuple[str, ...]
    size: int
    needed: int


def retain(folder: Path, clock: Clock, keep: timedelta, *, dry: bool = False) -> Retained:
    """Removes the evidence files of runs that began longer ago than `keep` and that no finding rests on.

    Raises:
        DataFolderError: there is no database.
        EvidenceError: a file that would go, or the proof of a finding, is not sound; nothing further is removed.
        LockedError: another command than a probe works on the folder.
    """
    require_database(folder)
    with lock.hold(folder, "retention", clock.now(), behind="probe", patience=lock.PROBE_LASTS):
        store = Store(folder)
        try:
            connection = store.db.conn
            connection.row_factory = sqlite3.Row
            return _retain(folder, connection, clock.now(), keep, dry=dry)
        finally:
            store.close()


def _retain(folder: Path, connection: sqlite3.Connection, now: datetime, keep: timedelta, *, dry: bool) -> Retained:
    ledger, rows = Ledger(connection), RetainingRows(connection)
    old = [
        run for run in ledger.runs()
        if run.file and run.evidence_hash and run.started_at < now - keep and (folder / run.file).is_file()
    ]  # fmt: skip
    needed = needed_runs(folder, connection) if old else set()
    going = [run for run in old if run.run_id not in needed]
    size = 0
    for run in going:
        size += (folder / run.file).stat().st_size
        if not dry:
            _remove(folder, ledger, rows, run, now)
    return Retained(tuple(run.run_id for run in going), size, len(old) - len(going))


def needed_runs(folder: Path, connection: sqlite3.Connection) -> set[str]:
    """The runs whose records prove a finding, down to the page that a 304 refers to."""
    ledger, proofs, rows = Ledger(connection), ProofRows(connection), RetainingRows(connection)
    needed = rows.named_runs()
    for verdict_id in rows.findings():
        needed |= {entry.run_id for entry in records_of(choose(proofs.case(verdict_id)), ledger, folder)}
    return needed


def _remove(folder: Path, ledger: Ledger, rows: RetainingRows, run: RunEntry, now: datetime) -> None:
    path = folder / run.file
    verify(folder, ledger, [run.run_id])
    rows.note_removed(run.run_id, now, frame_of(folder, run, ledger), path.stat().st_size)
    path.unlink()
    path.with_name(f"{path.name}.damaged").unlink(missing_ok=True)


@click.command("retention", short_help="Remove old evidence that no finding rests on.")
@click.option(
    "--keep-days", "days", type=click.IntRange(SHORTEST), required=True, help=f"Younger files stay; at least {SHORTEST}."
)
@click.option("--dry-run", "dry", is_flag=True, help="Only say what would go.")
@data_option
@surrounded
def retention_command(surroundings: Surroundings, data: Path | None, days: int, dry: bool) -> None:
    """Remove evidence files older than so many days, except those that prove a late, missing, flagged or reviewed verdict.

    The hashes stay: `syndication evidence verify` goes on to check the chain.

    Example: syndication retention --keep-days 400 --dry-run
    """
    done = retain(data_folder(data), surroundings.clock, timedelta(days=days), dry=dry)
    for run_id in done.removed:
        click.echo(f"{'将删除' if dry else '已删除'}：{run_id}")
    click.echo(
        f"{'将释放' if dry else '已释放'} {done.size / MEGABYTE:.1f} MB；批次 {len(done.removed)} 个；"
        f"另有 {done.needed} 个早于期限的批次因结论以其为依据而保留。"
    )
