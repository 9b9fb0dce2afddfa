"""What the documents of a notice ask of the database: all of it stands in `verdict_list`, `column_days` and `observations`.

The rows of a period are named by `syndication.store.periods.Period.parameters`. Every function takes a connection whose
rows are `sqlite3.Row`; the caller asks one frozen copy, so that all figures are of one moment.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from syndication.clock import beijing_midnight, to_text
from syndication.store.figures import failures
from syndication.store.summarising import STATUSES

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Iterable, Iterator
    from datetime import date

    from syndication.store.periods import Period

_WATCHED = """
    p.level LIKE :level AND (
        (p.registered = 1 AND coalesce(p.active_from, '') <= :last AND coalesce(p.active_to, '9999') >= :first)
        OR p.portal_id IN (
            SELECT portal_id FROM verdict_list WHERE edition = :edition AND released_day BETWEEN :first AND :last))
"""
ORDER = "p.level <> 'province', p.place, p.region_code, p.portal_id"
"""Regions first, as in the notices seen, each level in the order of portals.csv."""

_RESULTS = f"""
SELECT p.portal_id, p.name, p.level, p.category, p.region_code, p.home_url, coalesce(v.owed, 0) AS owed,
    {", ".join(f"coalesce(v.{status}, 0) AS {status}" for status in STATUSES)}
FROM portals p
LEFT JOIN (
    SELECT portal_id, count(*) AS owed, {", ".join(f"sum(status = '{status}') AS {status}" for status in STATUSES)}
    FROM verdict_list WHERE edition = :edition AND released_day BETWEEN :first AND :last GROUP BY portal_id
) v ON v.portal_id = p.portal_id
WHERE {_WATCHED}
ORDER BY {ORDER}
"""

_ACCUSING = """
FROM verdict_list v
JOIN portals p ON p.portal_id = v.portal_id
JOIN releases r ON r.release_id = v.release_id
WHERE v.edition = :edition AND v.released_day BETWEEN :first AND :last AND v.level LIKE :level
    AND v.status IN ('late', 'missing')
"""
_MAY_ENTER = """
    coalesce(v.fault, '') = 'portal_silent' AND v.judged_status = v.status AND coalesce(v.reviewed, 'confirm') = 'confirm'
"""
_FINDINGS = f"""
SELECT v.verdict_id, v.portal_id, v.portal_name, v.level, p.home_url, v.release_url, v.title, v.document_number,
    v.released_at, r.released_precision, v.deadline, v.status, v.mode, v.flags, v.earliest, v.latest, v.page_url, v.reviewed
{_ACCUSING} AND {_MAY_ENTER}
ORDER BY {ORDER}, v.released_at, v.release_id
"""
_WITHHELD = f"""
SELECT CASE
    WHEN coalesce(v.reviewed, 'confirm') <> 'confirm' THEN 'reviewed'
    WHEN v.judged_status <> v.status THEN 'disputed'
    ELSE 'unattributed'
END AS why, count(*) AS verdicts
{_ACCUSING} AND NOT ({_MAY_ENTER})
GROUP BY why ORDER BY why
"""

_COLUMNS = f"""
SELECT p.portal_id, p.name, p.level, p.home_url, coalesce(n.days, 0) AS days, coalesce(n.with_entry, 0) AS with_entry,
    coalesce(n.judged, 0) AS judged, coalesce(n.prominent_days, 0) AS prominent_days,
    c.day, c.state, c.label, c.url, c.prominent
FROM portals p
LEFT JOIN (
    SELECT portal_id, max(day) AS last_day, count(*) AS days, sum(state <> 'no_entry') AS with_entry,
        count(prominent) AS judged, sum(prominent) AS prominent_days
    FROM column_days WHERE day BETWEEN :first AND :last GROUP BY portal_id
) n ON n.portal_id = p.portal_id
LEFT JOIN column_days c ON c.portal_id = p.portal_id AND c.day = n.last_day
WHERE {_WATCHED}
ORDER BY {ORDER}
"""

_UNSEEN = f"""
SELECT p.portal_id, p.name, p.level, p.home_url, v.fault, count(*) AS unseen,
    min(v.released_day) AS first_day, max(v.released_day) AS last_day
FROM verdict_list v
JOIN portals p ON p.portal_id = v.portal_id
WHERE v.edition = :edition AND v.released_day BETWEEN :first AND :last AND v.level LIKE :level
    AND v.status = 'not_observed'
GROUP BY p.portal_id, v.fault
ORDER BY {ORDER}, v.fault
"""

_RELEASES = """
SELECT count(DISTINCT release_id) AS releases, coalesce(min(released_day), '') AS first, coalesce(max(released_day), '') AS last
FROM verdict_list
WHERE edition = :edition AND released_day BETWEEN :first AND :last AND level LIKE :level
"""

_LAST_RUN = """
SELECT run_id, state, started_at, finished_at, coalesce(evidence_hash, '') AS evidence_hash
FROM runs WHERE finished_at IS NOT NULL ORDER BY finished_at DESC, run_id DESC LIMIT 1
"""

_STANDING = """
SELECT v.portal_id, v.release_url, v.title, v.status, v.judged_status, v.fault, v.reviewed, v.flags, v.mode, v.earliest,
    v.latest, v.page_url, r.released_earliest, r.released_latest,
    (SELECT w.reason FROM reviews w WHERE w.release_id = v.release_id AND w.portal_id = v.portal_id AND w.edition = v.edition
     ORDER BY w.review_id DESC LIMIT 1) AS review_reason
FROM releases r CROSS JOIN verdict_list v ON v.release_id = r.release_id
WHERE r.url IN (SELECT value FROM json_each(?)) AND v.edition = ?
"""
_KNOWN = "SELECT url FROM releases WHERE url IN (SELECT value FROM json_each(?))"
_LIKE_TITLED = """
SELECT portal_id, title, url, first_seen_at FROM (
    SELECT portal_id, title, url, first_seen_at FROM postings WHERE title IN (SELECT value FROM json_each(:titles))
    UNION
    SELECT o.portal_id, s.title, o.url, o.first_seen_at FROM sightings s JOIN postings o ON o.posting_id = s.posting_id
    WHERE s.title IN (SELECT value FROM json_each(:titles))
)
ORDER BY first_seen_at DESC, url DESC
"""
_COLUMNS_SINCE = """
SELECT portal_id, state, label, url, max(day) AS day FROM column_days WHERE looked_at > ? GROUP BY portal_id
"""


def portal_results(connection: sqlite3.Connection, period: Period) -> list[sqlite3.Row]:
    """One row a portal that was watched in the period, also one without verdicts: its facts and its counts by status."""
    return connection.execute(_RESULTS, period.parameters()).fetchall()


def finding_rows(connection: sqlite3.Connection, period: Period) -> Iterator[sqlite3.Row]:
    """The verdicts that may enter a notice: late or missing by the portal's own fault, and as a person left them.

    A verdict that a review changed stays out, and so does one that the monitor judges otherwise than the review that
    confirmed it.
    """
    return connection.execute(_FINDINGS, period.parameters())


def withheld(connection: sqlite3.Connection, period: Period) -> dict[str, int]:
    """How many late or missing verdicts stay out, by why: `reviewed`, `disputed`, `unattributed` (no fault of the portal)."""
    return {row["why"]: row["verdicts"] for row in connection.execute(_WITHHELD, period.parameters())}


def column_rows(connection: sqlite3.Connection, period: Period) -> list[sqlite3.Row]:
    """One row a watched portal: on how many days its home page was seen, on how many with the column, and the last sight.

    The last sight's columns are NULL where the home page was never seen in the period.
    """
    return connection.execute(_COLUMNS, period.parameters()).fetchall()


def unseen_rows(connection: sqlite3.Connection, period: Period) -> list[sqlite3.Row]:
    """Verdicts that could not be observed, by portal and by whose fault that is."""
    return connection.execute(_UNSEEN, period.parameters()).fetchall()


def failed_looks(connection: sqlite3.Connection, first: date, after: date) -> dict[str, list[tuple[str, int]]]:
    """Looks at channels that brought nothing from a Beijing day up to another: by portal, outcome and number, most first."""
    found: dict[str, list[tuple[str, int]]] = {}
    rows = failures(connection, to_text(beijing_midnight(first)), to_text(beijing_midnight(after)))
    for portal_id, outcome, looks, _ in rows:
        found.setdefault(portal_id, []).append((outcome, looks))
    return found


def release_span(connection: sqlite3.Connection, period: Period) -> tuple[int, str, str]:
    """How many releases of the period had to be republished, and the first and last day of one (empty: none)."""
    row = connection.execute(_RELEASES, period.parameters()).fetchone()
    return int(row["releases"]), str(row["first"]), str(row["last"])


def last_run(connection: sqlite3.Connection) -> sqlite3.Row | None:
    """The run up to which the database knows: `run_id state started_at finished_at evidence_hash`; None before the first."""
    row: sqlite3.Row | None = connection.execute(_LAST_RUN).fetchone()
    return row


def standing(
    connection: sqlite3.Connection, edition: str, release_urls: Iterable[str]
) -> dict[tuple[str, str], sqlite3.Row]:
    """How the verdicts on releases stand now, by portal and release; a release whose duty was lifted has none."""
    rows = connection.execute(_STANDING, (json.dumps(sorted(set(release_urls))), edition))
    return {(row["portal_id"], row["release_url"]): row for row in rows}


def known_releases(connection: sqlite3.Connection, release_urls: Iterable[str]) -> set[str]:
    """Those of the addresses at which the database has a release; an older database may lack some."""
    return {row["url"] for row in connection.execute(_KNOWN, (json.dumps(sorted(set(release_urls))),))}


def like_titled(connection: sqlite3.Connection, titles: Iterable[str]) -> dict[tuple[str, str], list[sqlite3.Row]]:
    """The postings with exactly one of these titles, by portal and title, the oldest last: `url first_seen_at`."""
    found: dict[tuple[str, str], list[sqlite3.Row]] = {}
    for row in connection.execute(_LIKE_TITLED, {"titles": json.dumps(sorted(set(titles)))}):
        found.setdefault((row["portal_id"], row["title"]), []).append(row)
    return found


def columns_since(connection: sqlite3.Connection, since: str) -> dict[str, sqlite3.Row]:
    """Each portal's column at the last sight of its home page after a time: `day state label url`."""
    return {row["portal_id"]: row for row in connection.execute(_COLUMNS_SINCE, (since,))}
