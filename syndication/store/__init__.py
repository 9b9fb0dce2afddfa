"""The store: SQL stands here and nowhere else.

`Store` is the one writer of a run. Its reads give frozen values; its writes are grouped into transactions that
`commit` ends, so that a kill loses at most what the run's evidence file gives back.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from syndication.clock import to_text
from syndication.items import ChannelLook
from syndication.store import deciding, matching_rows, reaching, recording, registering, reviewing, second_sights
from syndication.store.database import open_database
from syndication.store.registering import RunRow

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence
    from datetime import datetime
    from pathlib import Path

    from sqlite_utils import Database

    from syndication.evidence import Record
    from syndication.items import CarriedPage, Knowledge
    from syndication.registry import DutyRow, Registry

__all__ = ["RunRow", "Store", "open_database"]

BATCH = 200
AT_THE_END_MS = 2_000
"""Milliseconds that emptying the log may wait: what waited in vain for a lock must not wait for it a second time."""


class Store:
    """One data folder's database, opened for writing (hold `syndication.lock` while you do)."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.db: Database = open_database(folder, create=True)
        self.before_commit: Callable[[], None] | None = None
        """Puts on disk what the rows refer to: after a power cut no row may name evidence that is not there."""
        self._waiting = 0

    def close(self) -> None:
        """Commits and closes; the write-ahead log is emptied into the database file, unless another program is at it."""
        try:
            self.commit()
            self.db.execute(f"PRAGMA busy_timeout = {AT_THE_END_MS}")
            self.db.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        finally:
            self.db.close()

    def begin(self) -> None:
        """Opens a transaction unless one is open."""
        if not self.db.conn.in_transaction:
            self.db.conn.execute("BEGIN IMMEDIATE")

    def commit(self) -> None:
        """Ends the open transaction, if any."""
        if self.db.conn.in_transaction:
            if self.before_commit is not None:
                self.before_commit()
            self.db.conn.commit()
        self._waiting = 0

    def rollback(self) -> None:
        """Undoes what was written since `begin`."""
        if self.db.conn.in_transaction:
            self.db.conn.rollback()
        self._waiting = 0

    # --- registry, runs, evidence ---

    def sync_registry(self, registry: Registry) -> None:
        """Makes the tables of portals and channels say what the files say; rows that went are kept, unregistered."""
        self.begin()
        registering.sync(self.db, registry)
        self.commit()

    def unfinished_run(self, kind: str) -> RunRow | None:
        """The last run of a kind if it was cut off."""
        return registering.unfinished_run(self.db, kind)

    def has_run(self, run_id: str) -> bool:
        """Whether a run of this id was finished."""
        return registering.is_finished(self.db, run_id)

    def start_run(self, run_id: str, kind: str, started_at: datetime, evidence_file: str, version: str) -> None:
        """Notes that a run begins, or begins again."""
        self.begin()
        registering.start_run(self.db, run_id, kind, to_text(started_at), evidence_file, version)
        self.commit()

    def previous_hash(self, run_id: str) -> str:
        """The hash of the run that closed before this one began; empty for the first."""
        return registering.previous_hash(self.db, run_id)

    def last_finished(self) -> str | None:
        """When the last run that looked at anything was over, as stored; None before the first."""
        return registering.last_finished(self.db)

    def finish_run(self, run_id: str, state: str, at: datetime, records: int, evidence_hash: str | None) -> None:
        """Notes how a run ended; a run without evidence has no hash and no place in the chain."""
        self.begin()
        registering.finish_run(self.db, run_id, state, to_text(at), records, evidence_hash)
        self.commit()

    def add_evidence(self, run_id: str, file: str, records: Iterable[Record]) -> None:
        """Rows for records of the run's evidence file, and what they tell of reaching their hosts."""
        self.begin()
        kept = tuple(records)
        registering.add_evidence(self.db, run_id, file, kept)
        reaching.learn(self.db, kept)

    def forget_evidence(self, run_id: str, kept: Iterable[Record]) -> int:
        """Takes out the rows of a run's records that its file lacks since it was damaged; gives how many."""
        self.begin()
        count = registering.forget_evidence(self.db, run_id, [record.evidence_id for record in kept])
        self.commit()
        return count

    def newest_moment(self) -> str | None:
        """The latest time at which any run began or ended, as stored; None before the first."""
        return registering.newest_moment(self.db)

    def find_evidence(self, evidence_id: str) -> tuple[str, Record] | None:
        """The file (relative to the data folder) and the place of a record, or None where no run has it."""
        return reaching.find_evidence(self.db, evidence_id)

    # --- crawl ---

    def knowledge(self, before: datetime, wanted: Sequence[str], open_since: datetime) -> Knowledge:
        """What runs before `before` learned; see `syndication.items.Knowledge`."""
        known = registering.knowledge(self.db, to_text(before), tuple(wanted), to_text(open_since))
        validators = reaching.validators(self.db, self.folder, before)
        return replace(known, steps=reaching.steps(self.db, before), validators=validators)

    def record(self, run_id: str, item: object) -> None:
        """Writes one look; commits every `BATCH` looks."""
        self.begin()
        recording.record(self.db, run_id, item)
        if isinstance(item, ChannelLook):
            reaching.remember(self.db, item)
        self._waiting += 1
        if self._waiting >= BATCH:
            self.commit()

    def open_releases(self, released_since: datetime) -> tuple[tuple[str, ...], datetime | None]:
        """The titles of the releases that are still looked for, and when the oldest came out."""
        return registering.open_releases(self.db, to_text(released_since))

    def second_sights_due(
        self, run_id: str, before: datetime, open_since: datetime, days: Sequence[int]
    ) -> tuple[CarriedPage, ...]:
        """The carried pages that a run is to look at again; see `syndication.store.second_sights.plan`."""
        self.begin()
        pages = second_sights.plan(self.db, run_id, before, open_since, days)
        self.commit()
        return pages

    def note_unreached(self, run_id: str, at: datetime, channel_ids: Sequence[str]) -> int:
        """Gives each of these channels that the run did not come to an observation that says so; how many."""
        self.begin()
        count = registering.note_unreached(self.db, run_id, to_text(at), channel_ids)
        self.commit()
        return count

    # --- after the crawl ---

    def settle_releases(self, duties: Sequence[DutyRow]) -> None:
        """Works out aliases and duties anew from what is listed and what persons decided."""
        self.begin()
        registering.settle_aliases(self.db)
        registering.settle_duties(self.db, duties)
        self.commit()

    def matching(self) -> matching_rows.MatchingRows:
        """Reads and writes of the matching step."""
        return matching_rows.MatchingRows(self.db)

    def deciding(self) -> deciding.DecidingRows:
        """Reads and writes of the judging step."""
        return deciding.DecidingRows(self.db)

    def reviewing(self) -> reviewing.ReviewingRows:
        """Reads and writes of reviews."""
        return reviewing.ReviewingRows(self.db)
