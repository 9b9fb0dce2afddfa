"""Registry, runs, evidence rows, aliases and duties: what a run notes besides its looks."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING

from syndication.addresses import address_key
from syndication.clock import from_text, to_text
from syndication.items import Knowledge

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Iterable, Sequence
    from datetime import datetime

    from sqlite_utils import Database

    from syndication.evidence import Record
    from syndication.registry import DutyRow, Registry


@dataclass(frozen=True)
class RunRow:
    """A run as the store knows it."""

    run_id: str
    kind: str
    started_at: str
    state: str
    evidence_file: str
    evidence_hash: str


def sync(db: Database, registry: Registry) -> None:
    """Upserts the registry's rows and marks the others as no longer registered."""
    portals = [
        {"portal_id": p.id, "name": p.name, "level": p.level, "category": p.category, "region_code": p.region_code,
         "home_url": p.home_url, "site_code": p.site_code, "notes": p.notes, "registered": 1,
         "active_from": p.active_from.isoformat() if p.active_from else None,
         "active_to": p.active_to.isoformat() if p.active_to else None, "place": place}
        for place, p in enumerate(registry.portals, 1)
    ]  # fmt: skip
    channels = [
        {"channel_id": c.id, "portal_id": c.portal_id, "name": c.name, "url": c.url, "family": c.family, "role": c.role,
         "options": json.dumps(c.options, ensure_ascii=False, sort_keys=True), "notes": c.notes, "registered": 1}
        for c in registry.channels
    ]  # fmt: skip
    db.execute("UPDATE portals SET registered = 0")
    db.execute("UPDATE channels SET registered = 0")
    db.table("portals").upsert_all(portals, pk="portal_id")
    db.table("channels").upsert_all(channels, pk="channel_id")


def unfinished_run(db: Database, kind: str) -> RunRow | None:
    """The newest run of a kind, if its state is still `running`."""
    row = db.execute(
        "SELECT run_id, kind, started_at, state, evidence_file, coalesce(evidence_hash, '') FROM runs"
        " WHERE kind = ? AND state = 'running' ORDER BY started_at DESC LIMIT 1",
        (kind,),
    ).fetchone()
    return RunRow(*row) if row else None


def is_finished(db: Database, run_id: str) -> bool:
    """Whether the run is there and done."""
    return db.execute("SELECT 1 FROM runs WHERE run_id = ? AND state = 'done'", (run_id,)).fetchone() is not None


def start_run(db: Database, run_id: str, kind: str, started_at: str, evidence_file: str, version: str) -> None:
    """Inserts the run, or takes up the one that was cut off."""
    found = db.execute(
        "SELECT evidence_hash FROM runs WHERE (started_at, run_id) < (?, ?) AND evidence_hash IS NOT NULL"
        " ORDER BY started_at DESC, run_id DESC LIMIT 1",
        (started_at, run_id),
    ).fetchone()
    previous = found[0] if found else ""
    db.execute(
        "INSERT INTO runs (run_id, kind, started_at, state, evidence_file, previous_hash, program_version)"
        " VALUES (?, ?, ?, 'running', ?, ?, ?) ON CONFLICT (run_id) DO UPDATE SET state = 'running', finished_at = NULL,"
        " program_version = excluded.program_version",
        (run_id, kind, started_at, evidence_file, previous, version),
    )


def previous_hash(db: Database, run_id: str) -> str:
    """As it was noted when the run began."""
    return str(db.execute("SELECT previous_hash FROM runs WHERE run_id = ?", (run_id,)).fetchone()[0])


def last_finished(db: Database) -> str | None:
    """The end of the newest run that has evidence."""
    found = db.execute("SELECT max(finished_at) FROM runs WHERE evidence_hash IS NOT NULL").fetchone()[0]
    return str(found) if found else None


def finish_run(db: Database, run_id: str, state: str, at: str, records: int, evidence_hash: str | None) -> None:
    """Closes a run's row."""
    db.execute(
        "UPDATE runs SET state = ?, finished_at = ?, evidence_records = ?, evidence_hash = ? WHERE run_id = ?",
        (state, at, records, evidence_hash, run_id),
    )


def add_evidence(db: Database, run_id: str, file: str, records: Iterable[Record]) -> None:
    """One row a record; a row that is there stays."""
    for record in records:
        db.execute(
            "INSERT INTO evidence (evidence_id, run_id, url, fetched_at, http_status, sha256, file, offset, length)"
            " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (evidence_id) DO NOTHING",
            (record.evidence_id, run_id, record.url, to_text(record.fetched_at), record.status, record.sha256, file,
             record.offset, record.length),
        )  # fmt: skip


REFERRING = ("observations", "releases", "postings", "second_sights")


def forget_evidence(db: Database, run_id: str, kept: Sequence[str]) -> int:
    """Rows that name a record which is not kept lose their proof until the look is made again."""
    lost = {row[0] for row in db.execute("SELECT evidence_id FROM evidence WHERE run_id = ?", (run_id,))} - set(kept)
    for evidence_id in sorted(lost):
        for table in REFERRING:
            db.execute(f"UPDATE {table} SET evidence_id = NULL WHERE evidence_id = ?", (evidence_id,))
        db.execute("DELETE FROM validators WHERE evidence_id = ?", (evidence_id,))
        db.execute("DELETE FROM evidence WHERE evidence_id = ?", (evidence_id,))
    return len(lost)


def newest_moment(db: Database | sqlite3.Connection) -> str | None:
    """Of the runs that looked at anything or still do."""
    found = db.execute(
        "SELECT max(max(started_at, coalesce(finished_at, started_at))) FROM runs WHERE evidence_file <> ''"
    ).fetchone()[0]
    return str(found) if found else None


def knowledge(db: Database, before: str, wanted: tuple[str, ...], open_since: str) -> Knowledge:
    """Only what was known before the moment counts: a run that starts a second time must act as the first did."""
    def keys(query: str, parameters: tuple[str, ...]) -> frozenset[str]:
        return frozenset(row[0] for row in db.execute(query, parameters))

    titles, oldest = open_releases(db, open_since)
    return Knowledge(
        read=keys(
            "SELECT portal_id || ' ' || url_key FROM postings WHERE state IN ('read', 'elsewhere')"
            " AND coalesce(read_at, first_seen_at) < ?",
            (before,),
        ),
        listed=keys("SELECT portal_id || ' ' || url_key FROM postings WHERE first_seen_at < ?", (before,)),
        releases_read=keys(
            "SELECT r.url_key FROM releases r WHERE r.state = 'read' AND EXISTS (SELECT 1 FROM observations o"
            " WHERE o.kind = 'release' AND o.url = r.url AND o.outcome = 'ok' AND o.looked_at < ?)",
            (before,),
        ),
        release_titles=titles,
        oldest_open=oldest,
        wanted=wanted,
    )


def open_releases(db: Database, released_since: str) -> tuple[tuple[str, ...], datetime | None]:
    """Titles of the releases that came out since a time, oldest first, and when the oldest came out."""
    rows = db.execute(
        "SELECT title, released_earliest FROM releases WHERE released_latest >= ? ORDER BY released_earliest, url_key",
        (released_since,),
    ).fetchall()
    return tuple(title for title, _ in rows), from_text(rows[0][1]) if rows else None


def note_unreached(db: Database, run_id: str, at: str, channel_ids: Sequence[str]) -> int:
    """Observations for the channels that have none in this run."""
    count = 0
    for channel_id in channel_ids:
        count += db.execute(
            "INSERT INTO observations (run_id, kind, portal_id, channel_id, url, looked_at, outcome, detail)"
            " SELECT ?, 'channel', c.portal_id, c.channel_id, c.url, ?, 'timeout', 'the run ended before this look'"
            " FROM channels c WHERE c.channel_id = ? AND NOT EXISTS (SELECT 1 FROM observations o"
            " WHERE o.run_id = ? AND o.channel_id = c.channel_id AND o.kind = 'channel')",
            (run_id, at, channel_id, run_id),
        ).rowcount
    return count


def settle_aliases(db: Database) -> None:
    """Two addresses with one document number and one title are one release; the one that came out first is it."""
    db.execute("DELETE FROM release_aliases")
    db.execute(
        "INSERT INTO release_aliases (url, release_id)"
        " SELECT r.url, first.release_id FROM releases r JOIN ("
        "  SELECT release_id, document_number, title, row_number() OVER (PARTITION BY document_number, title"
        "   ORDER BY released_earliest, url_key) AS place FROM releases WHERE document_number <> '' AND state = 'read'"
        " ) AS first ON first.document_number = r.document_number AND first.title = r.title AND first.place = 1"
        " WHERE r.state = 'read' AND r.release_id <> first.release_id"
    )


def settle_duties(db: Database, duties: Sequence[DutyRow]) -> None:
    """A duty comes from the push feed (a release or one of its aliases is listed there), or from a person's row."""
    decided = {address_key(row.release_url): row for row in duties}
    listed = {
        row[0] for row in db.execute(
            "SELECT DISTINCT coalesce(a.release_id, l.release_id) FROM release_listings l"
            " JOIN releases r ON r.release_id = l.release_id LEFT JOIN release_aliases a ON a.url = r.url"
            " WHERE l.source IN ('push_feed', 'push_json')"
        )
    }  # fmt: skip
    aliases = dict(db.execute("SELECT url, release_id FROM release_aliases").fetchall())
    rows: dict[int, tuple[int, str, str, str, str | None]] = {}
    for release_id, key, url in db.execute("SELECT release_id, url_key, url FROM releases").fetchall():
        canonical = aliases.get(url, release_id)
        person = decided.get(key)
        if person is not None:
            rows[canonical] = (int(person.duty), "person", person.reason, person.by, person.on.isoformat())
        elif canonical not in rows:
            in_feed = canonical in listed
            rows[canonical] = (int(in_feed), "push_feed" if in_feed else "none", "", "", None)
    db.execute("DELETE FROM duties")
    for release_id, (duty, basis, reason, by, on) in sorted(rows.items()):
        db.execute(
            "INSERT INTO duties (release_id, duty, basis, reason, decided_by, decided_on) VALUES (?, ?, ?, ?, ?, ?)",
            (release_id, duty, basis, reason, by, on),
        )
