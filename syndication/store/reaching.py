"""What the store knows of reaching hosts: the ladder's steps, and what lets an unchanged page be told from a changed one.

Fact of the world: caches in front of portals give a page an ETag or a date that does not change when the page does. So a
validator is believed only after it was seen to change together with the list, never failed to, and the whole page was
got within a week.
"""

from __future__ import annotations

import hashlib
from datetime import timedelta
from typing import TYPE_CHECKING

from syndication.addresses import address_key, host_of
from syndication.clock import from_text, to_text
from syndication.evidence import Record
from syndication.glossary import Outcome, Step
from syndication.items import Validator

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime
    from pathlib import Path

    from sqlite_utils import Database

    from syndication.items import ChannelLook

RELEARN_AFTER = timedelta(days=30)
"""A step that was learned so long ago is forgotten for one run: the portal may have mended its TLS."""
WHOLE_WITHIN = timedelta(days=7)
"""The page itself must have come within this time, or it is asked for whole."""


def learn(db: Database, records: Iterable[Record]) -> None:
    """Notes by which step each host answered; the newest answer counts, in whatever order runs are replayed."""
    for record in records:
        reached = record.connection
        if reached is None or record.status is None or not (reached.tls or reached.step is Step.PLAIN):
            continue  # plain http by its own address has no ladder
        host, at = host_of(record.url), to_text(record.fetched_at)
        db.execute(
            "INSERT INTO reach (host, step, learned_at, answered_at, tls_version, certificate) VALUES (?, ?, ?, ?, ?, ?)"
            " ON CONFLICT (host) DO UPDATE SET learned_at = CASE WHEN step <> excluded.step OR learned_at < ?"
            " THEN excluded.learned_at ELSE learned_at END, step = excluded.step, answered_at = excluded.answered_at,"
            " tls_version = excluded.tls_version, certificate = excluded.certificate"
            " WHERE excluded.answered_at > answered_at",
            (host, reached.step, at, at, reached.tls, reached.certificate, to_text(record.fetched_at - RELEARN_AFTER)),
        )


def steps(db: Database, now: datetime) -> dict[str, Step]:
    """The hosts that are reached by another step than the default one."""
    rows = db.execute(
        "SELECT host, step FROM reach WHERE step <> 'default' AND learned_at >= ? AND answered_at < ?",
        (to_text(now - RELEARN_AFTER), to_text(now)),
    ).fetchall()
    return {host: Step(step) for host, step in rows}


def remember(db: Database, item: ChannelLook) -> None:
    """Keeps what a whole page said of itself, and whether that has been true so far."""
    if item.look.outcome is not Outcome.OK:
        return
    channel, given, at = item.look.channel_id, item.validator, to_text(item.look.looked_at)
    if given is None:
        db.execute("DELETE FROM validators WHERE channel_id = ? AND looked_at < ?", (channel, at))
        return
    rows = _rows_key(item)
    known = db.execute(
        "SELECT etag, last_modified, looked_at, rows_key, moved, stuck FROM validators WHERE channel_id = ?", (channel,)
    ).fetchone()
    moved = stuck = 0
    if known is not None:
        etag, last_modified, looked_at, rows_before, moved, stuck = known
        if looked_at >= at:
            return  # this very look again, or an older run that is replayed
        if rows != rows_before:
            same = (etag, last_modified) == (given.etag, given.last_modified)
            moved, stuck = moved + (not same), stuck + same
    db.execute(
        "INSERT OR REPLACE INTO validators (channel_id, etag, last_modified, looked_at, evidence_id, rows_key, moved,"
        " stuck) VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
        (channel, given.etag, given.last_modified, at, given.evidence_id, rows, moved, stuck),
    )


def validators(db: Database, folder: Path, now: datetime) -> dict[str, Validator]:
    """By channel id, what to send along: validators that are believed, whose page lies in the folder's evidence."""
    rows = db.execute(
        "SELECT v.channel_id, v.etag, v.last_modified, v.evidence_id, e.file FROM validators v"
        " JOIN evidence e ON e.evidence_id = v.evidence_id"
        " WHERE v.moved > 0 AND v.stuck = 0 AND v.looked_at >= ? AND v.looked_at < ?",
        (to_text(now - WHOLE_WITHIN), to_text(now)),
    ).fetchall()
    present = {file: (folder / file).is_file() for file in {row[4] for row in rows}}
    return {row[0]: Validator(row[1], row[2], row[3]) for row in rows if present[row[4]]}


def find_evidence(db: Database, evidence_id: str) -> tuple[str, Record] | None:
    """The file (relative to the data folder) and the place of a record, or None where no run has it."""
    row = db.execute(
        "SELECT url, fetched_at, http_status, sha256, offset, length, file FROM evidence WHERE evidence_id = ?",
        (evidence_id,),
    ).fetchone()
    if row is None:
        return None
    url, fetched_at, status, sha256, offset, length, file = row
    return file, Record(evidence_id, url, "GET", "", from_text(fetched_at), status, None, "", sha256, offset, length)


def _rows_key(item: ChannelLook) -> str:
    addresses = "\n".join(address_key(row.url) for row in item.rows)
    return hashlib.sha256(addresses.encode()).hexdigest()[:16]
