"""The ledger of evidence: runs with their hashes, and where each record lies. What packing and verifying read."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from syndication.addresses import address_key, host_of
from syndication.clock import from_text

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Iterator, Sequence
    from datetime import datetime

_PLACE = "SELECT evidence_id, run_id, url, fetched_at, http_status, sha256, file, offset, length FROM evidence"


@dataclass(frozen=True)
class RunEntry:
    """A run. `evidence_hash` is None while it is not closed, and empty where it was closed without a file."""

    run_id: str
    kind: str
    started_at: datetime
    state: str
    file: str
    records: int | None
    evidence_hash: str | None
    previous_hash: str
    program_version: str


@dataclass(frozen=True)
class RecordEntry:
    """One record: `sha256` is that of `length` bytes from `offset` of a file in the data folder."""

    evidence_id: str
    run_id: str
    url: str
    fetched_at: datetime
    http_status: int | None
    sha256: str
    file: str
    offset: int
    length: int


class Ledger:
    """Reads over an open connection."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._db = connection

    def runs(self) -> list[RunEntry]:
        """All runs, by their beginning."""
        rows = self._db.execute(
            "SELECT run_id, kind, started_at, state, evidence_file, evidence_records, evidence_hash,"
            " coalesce(previous_hash, ''), program_version FROM runs ORDER BY started_at, run_id"
        ).fetchall()
        return [RunEntry(row[0], row[1], from_text(row[2]), *tuple(row)[3:]) for row in rows]

    def removed(self) -> dict[str, str]:
        """The runs whose file `syndication retention` removed, with the hash of the bytes outside its records."""
        return dict(self._db.execute("SELECT run_id, frame FROM removed_evidence").fetchall())

    def places(self, run_id: str) -> Iterator[tuple[int, int, str, str]]:
        """Offset, length, SHA-256 and address of each record of a run, in the order of the file."""
        return self._db.execute(
            "SELECT offset, length, sha256, url FROM evidence WHERE run_id = ? ORDER BY offset", (run_id,)
        )

    def hashes(self, run_id: str) -> Iterator[str]:
        """The records' hashes of a run, in the order of the file."""
        return (place[2] for place in self.places(run_id))

    def record(self, evidence_id: str) -> RecordEntry | None:
        """A record by its id."""
        row = self._db.execute(f"{_PLACE} WHERE evidence_id = ?", (evidence_id,)).fetchone()
        return _entry(row) if row else None

    def companions(self, run_id: str, url: str, *, further_pages: bool) -> list[RecordEntry]:
        """Records of a run that no look names and that belong to the look at an address.

        Those are the steps before its answer (redirections, repetitions, requests for the same address) and, with
        `further_pages`, whatever else was asked of the host beside the looks: the further pages of a list among it.
        """
        rows = self._db.execute(
            f"{_PLACE} WHERE run_id = :run AND evidence_id NOT IN"
            " (SELECT evidence_id FROM observations WHERE run_id = :run AND evidence_id IS NOT NULL) ORDER BY offset",
            {"run": run_id},
        ).fetchall()
        entries = [_entry(row) for row in rows]
        key, host = address_key(url), host_of(url)
        return [
            one for one in entries if address_key(one.url) == key or (further_pages and host_of(one.url) == host)
        ]


def by_place(records: Sequence[RecordEntry]) -> list[RecordEntry]:
    """Each record once, by file and offset, the files in the order of their first fetch."""
    began: dict[str, datetime] = {}
    for one in records:
        began[one.file] = min(one.fetched_at, began.get(one.file, one.fetched_at))
    unique = {one.evidence_id: one for one in records}
    return sorted(unique.values(), key=lambda one: (began[one.file], one.file, one.offset))


def _entry(row: tuple[Any, ...]) -> RecordEntry:
    evidence_id, run_id, url, fetched_at, *place = row
    return RecordEntry(evidence_id, run_id, url, from_text(fetched_at), *place)
