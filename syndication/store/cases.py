"""What is known of one release, one portal, one verdict: the rows that their pages are made of.

Every function takes a connection whose rows are `sqlite3.Row`, and is called inside the page's one transaction.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from syndication.store import searching

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Sequence

_VERDICT = """
SELECT v.verdict_id, v.release_id, v.portal_id, v.edition, v.released_day, v.deadline, v.status AS judged_status,
       v.effective_status AS status, v.mode, v.flags, v.cause, v.earliest, v.latest, v.lag_hours, v.posting_id, v.page_url,
       v.proof, v.judged_at, v.run_id, p.name AS portal_name, p.level, p.home_url, r.title, r.url AS release_url,
       r.document_number, r.released_earliest AS released_at, r.released_latest, r.released_precision, r.body,
       r.evidence_id AS release_evidence
FROM verdicts v JOIN portals p ON p.portal_id = v.portal_id JOIN releases r ON r.release_id = v.release_id
WHERE v.verdict_id = ?
"""
_CARRYINGS = """
SELECT p.posting_id, p.url, p.title, p.state, p.declared_earliest, p.declared_latest, p.declared_precision, p.declared_raw,
       p.source_label, p.first_seen_at, p.evidence_id, m.mode, m.score, m.rule, m.decided, m.card, t.body
FROM matches m JOIN postings p ON p.posting_id = m.posting_id LEFT JOIN posting_texts t ON t.posting_id = p.posting_id
WHERE m.release_id = ? AND p.portal_id = ?
ORDER BY p.posting_id IS NOT ?, m.decided DESC, m.score DESC, p.posting_id
"""
_LOOKS = """
SELECT o.channel_id, c.name, c.role, o.looked_at, o.outcome, o.detail, o.item_count, o.evidence_id
FROM observations o JOIN channels c ON c.channel_id = o.channel_id
WHERE o.portal_id = :portal AND o.kind = 'channel' AND o.looked_at BETWEEN :since AND :until
ORDER BY c.role <> 'column', o.channel_id, o.looked_at LIMIT :most
"""
_SIGHTINGS = """
SELECT s.channel_id, min(s.first_seen_at) AS first_seen_at, max(s.last_seen_at) AS last_seen_at
FROM matches m JOIN postings p ON p.posting_id = m.posting_id JOIN sightings s ON s.posting_id = p.posting_id
WHERE m.release_id = :release AND p.portal_id = :portal GROUP BY s.channel_id
"""
_CHANNELS = """
SELECT c.channel_id, c.name, c.url, c.family, c.role, c.registered,
       (SELECT o.looked_at FROM observations o WHERE o.channel_id = c.channel_id ORDER BY o.looked_at DESC LIMIT 1) AS last_at,
       (SELECT o.outcome FROM observations o WHERE o.channel_id = c.channel_id ORDER BY o.looked_at DESC LIMIT 1) AS outcome,
       (SELECT o.looked_at FROM observations o WHERE o.channel_id = c.channel_id AND o.outcome IN ('ok', 'unchanged')
        ORDER BY o.looked_at DESC LIMIT 1) AS good_at,
       (SELECT count(*) FROM observations o WHERE o.channel_id = c.channel_id AND o.looked_at >= :since
        AND o.looked_at < :until) AS looks,
       (SELECT count(*) FROM observations o WHERE o.channel_id = c.channel_id AND o.looked_at >= :since
        AND o.looked_at < :until AND o.outcome IN ('ok', 'unchanged')) AS good
FROM channels c WHERE c.portal_id = :portal
ORDER BY c.registered DESC, c.role <> 'column', c.channel_id
"""
_COLUMN_DAYS = """
SELECT date(looked_at, '+8 hours') AS day, state, label, url, position, prominent, max(looked_at) AS looked_at
FROM home_columns WHERE portal_id = :portal AND looked_at >= :since AND looked_at < :until
GROUP BY date(looked_at, '+8 hours') ORDER BY day DESC LIMIT :most
"""
_OF_RELEASE = """
SELECT v.verdict_id, v.portal_id, p.name AS portal_name, p.level, v.effective_status AS status, v.mode, v.flags, v.earliest,
       v.latest, v.lag_hours, v.page_url, v.cause, v.deadline
FROM verdicts v JOIN portals p ON p.portal_id = v.portal_id
WHERE v.release_id = ? AND v.edition = ? ORDER BY p.level, p.place, p.region_code, p.portal_id
"""


def verdict(connection: sqlite3.Connection, verdict_id: int) -> sqlite3.Row | None:
    """A verdict with its release and portal; `status` is the one that holds."""
    row: sqlite3.Row | None = connection.execute(_VERDICT, (verdict_id,)).fetchone()
    return row


def carryings(connection: sqlite3.Connection, release_id: int, portal_id: str, first: int | None) -> list[sqlite3.Row]:
    """The postings of a portal that were matched with a release, with card and text; the posting `first` leads."""
    return connection.execute(_CARRYINGS, (release_id, portal_id, first)).fetchall()


def looks(connection: sqlite3.Connection, portal_id: str, since: str, until: str, most: int) -> list[sqlite3.Row]:
    """Looks at a portal's channels between two times, columns first; no more than `most`."""
    return connection.execute(_LOOKS, {"portal": portal_id, "since": since, "until": until, "most": most}).fetchall()


def sightings(connection: sqlite3.Connection, release_id: int, portal_id: str) -> dict[str, tuple[str, str]]:
    """By channel, when a release's postings were first and last seen there."""
    rows = connection.execute(_SIGHTINGS, {"release": release_id, "portal": portal_id})
    return {row["channel_id"]: (row["first_seen_at"], row["last_seen_at"]) for row in rows}


def superseded(connection: sqlite3.Connection, release_id: int, portal_id: str, edition: str) -> list[sqlite3.Row]:
    """What was judged before and replaced, the latest first."""
    return connection.execute(
        "SELECT status, cause, earliest, latest, judged_at, superseded_by FROM superseded_verdicts"
        " WHERE release_id = ? AND portal_id = ? AND edition = ? ORDER BY superseded_id DESC",
        (release_id, portal_id, edition),
    ).fetchall()


def reviews(connection: sqlite3.Connection, release_id: int, portal_id: str, edition: str) -> list[sqlite3.Row]:
    """A verdict's reviews, the latest first."""
    return connection.execute(
        "SELECT * FROM reviews WHERE release_id = ? AND portal_id = ? AND edition = ? ORDER BY review_id DESC",
        (release_id, portal_id, edition),
    ).fetchall()


def siblings(connection: sqlite3.Connection, release_id: int, portal_id: str) -> list[sqlite3.Row]:
    """The verdicts about the same release and portal under all editions: `verdict_id edition status`."""
    return connection.execute(
        "SELECT verdict_id, edition, effective_status AS status FROM verdicts WHERE release_id = ? AND portal_id = ?"
        " ORDER BY edition",
        (release_id, portal_id),
    ).fetchall()


def release(connection: sqlite3.Connection, release_id: int) -> sqlite3.Row | None:
    """A release with its duty, if it has one."""
    row: sqlite3.Row | None = connection.execute(
        "SELECT r.*, d.duty, d.basis, d.reason, d.decided_by, d.decided_on FROM releases r"
        " LEFT JOIN duties d ON d.release_id = r.release_id WHERE r.release_id = ?",
        (release_id,),
    ).fetchone()
    return row


def release_listings(connection: sqlite3.Connection, release_id: int) -> list[sqlite3.Row]:
    """Where and when www.gov.cn listed a release."""
    return connection.execute(
        "SELECT source, first_listed_at, last_listed_at FROM release_listings WHERE release_id = ? ORDER BY source",
        (release_id,),
    ).fetchall()


def release_deadlines(connection: sqlite3.Connection, release_id: int) -> list[sqlite3.Row]:
    """A release's deadline under each edition."""
    return connection.execute(
        "SELECT edition, max(deadline) AS deadline FROM verdicts WHERE release_id = ? GROUP BY edition ORDER BY edition",
        (release_id,),
    ).fetchall()


def release_verdicts(connection: sqlite3.Connection, release_id: int, edition: str) -> list[sqlite3.Row]:
    """The verdicts about a release, portal by portal."""
    return connection.execute(_OF_RELEASE, (release_id, edition)).fetchall()


def portal(connection: sqlite3.Connection, portal_id: str) -> sqlite3.Row | None:
    """A portal."""
    row: sqlite3.Row | None = connection.execute("SELECT * FROM portals WHERE portal_id = ?", (portal_id,)).fetchone()
    return row


def channels(connection: sqlite3.Connection, portal_id: str, since: str, until: str) -> list[sqlite3.Row]:
    """A portal's channels with their last look, their last good one, and how many of a time's looks were good."""
    return connection.execute(_CHANNELS, {"portal": portal_id, "since": since, "until": until}).fetchall()


def column_days(connection: sqlite3.Connection, portal_id: str, since: str, until: str, most: int) -> list[sqlite3.Row]:
    """A home page's column day by day, each day's last sight, the latest day first."""
    which = {"portal": portal_id, "since": since, "until": until, "most": most}
    return connection.execute(_COLUMN_DAYS, which).fetchall()


def evidence(connection: sqlite3.Connection, evidence_id: str) -> sqlite3.Row | None:
    """Where a record of evidence lies."""
    row: sqlite3.Row | None = connection.execute("SELECT * FROM evidence WHERE evidence_id = ?", (evidence_id,)).fetchone()
    return row


def found_portals(connection: sqlite3.Connection, words: Sequence[str], most: int) -> list[sqlite3.Row]:
    """Portals whose name or address holds all words of a search (store.searching)."""
    return connection.execute(
        "SELECT portal_id, name, level, home_url FROM portals"
        f" WHERE {searching.conditions(('name', 'home_url'), words)}"
        " ORDER BY registered DESC, level, place, region_code, portal_id LIMIT :most",
        {**searching.parameters(words), "most": most},
    ).fetchall()


def found_releases(connection: sqlite3.Connection, words: Sequence[str], most: int) -> list[sqlite3.Row]:
    """Releases whose title or number holds all words of a search: first those that hold them in one, then the latest."""
    texts = ("r.title", "r.document_number")
    return connection.execute(
        "SELECT r.release_id, r.title, r.document_number, r.released_earliest AS released_at, coalesce(d.duty, 0) AS duty"
        " FROM releases r LEFT JOIN duties d ON d.release_id = r.release_id"
        f" WHERE {searching.conditions(texts, words)}"
        f" ORDER BY {searching.conditions(texts, [''.join(words)]).replace(':word0', ':joined')} DESC,"
        " r.released_earliest DESC, r.release_id DESC LIMIT :most",
        {**searching.parameters(words), "joined": searching.pattern("".join(words)), "most": most},
    ).fetchall()
