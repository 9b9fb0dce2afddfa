"""What reviews read and write: a verdict as it stands, pages that a portal named, decisions that are only ever added to."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from syndication.addresses import address_key
from syndication.clock import from_text, to_text
from syndication.glossary import Decision, Mode, Status
from syndication.store.summarising import refresh_days

if TYPE_CHECKING:
    import sqlite3
    from datetime import datetime

    from sqlite_utils import Database

NAMED = "named by the portal"
"""Stands for the list in which a posting was seen: no list showed it to us, the portal named it."""

_VERDICT = """
SELECT l.verdict_id, l.release_id, l.portal_id, l.edition, l.status, l.judged_status, l.reviewed, l.cause, l.flags, l.mode,
    l.earliest, l.latest, l.deadline, l.page_url, l.released_day, l.portal_name, p.home_url, l.release_url, l.title,
    l.document_number, r.released_latest
FROM verdict_list l JOIN portals p ON p.portal_id = l.portal_id JOIN releases r ON r.release_id = l.release_id
"""
_QUEUE = """
SELECT verdict_id, portal_name, title, edition, status, flags, reviewed, why FROM review_queue
ORDER BY why <> 'disputed', why <> 'undetermined', released_at DESC, verdict_id LIMIT ?
"""


@dataclass(frozen=True)
class StandingVerdict:
    """A verdict with the decision that stands on it. `status` is the one that holds, `judged_status` the program's own."""

    verdict_id: int
    release_id: int
    portal_id: str
    edition: str
    status: Status
    judged_status: Status
    reviewed: Decision | None
    cause: str
    flags: str
    mode: Mode | None
    earliest: datetime | None
    latest: datetime | None
    deadline: datetime
    page_url: str
    released_day: str
    portal_name: str
    home_url: str
    release_url: str
    title: str
    document_number: str
    released: datetime


@dataclass(frozen=True)
class NewReview:
    """A decision as it is recorded. `cause` is the rule of the verdict as it stood before."""

    decision: Decision
    before: Status
    after: Status
    reason: str
    by: str
    at: datetime
    cause: str
    page_url: str
    run_id: str


class ReviewingRows:
    """Reads and writes of reviews, over an open database; the caller begins and commits."""

    def __init__(self, db: Database) -> None:
        self._db = db

    def verdict(self, verdict_id: int) -> StandingVerdict | None:
        """A verdict by its number."""
        return _standing(self._db.execute(f"{_VERDICT} WHERE l.verdict_id = ?", (verdict_id,)).fetchone())

    def verdict_on(self, release_url: str, portal_id: str, edition: str) -> StandingVerdict | None:
        """A verdict by what it is about; numbers differ between databases."""
        key = (release_url, portal_id, edition)
        return _standing(self._db.execute(
            f"{_VERDICT} WHERE l.release_url = ? AND l.portal_id = ? AND l.edition = ?", key
        ).fetchone())  # fmt: skip

    def name_page(self, run_id: str, portal_id: str, url: str, at: datetime) -> int:
        """Makes a page that a portal named a posting that was seen at a moment; gives its id."""
        moment = to_text(at)
        posting_id = int(self._db.execute(
            "INSERT INTO postings (portal_id, url_key, url, title, first_seen_at, state) VALUES (?, ?, ?, '', ?, 'listed')"
            " ON CONFLICT (portal_id, url_key) DO UPDATE SET first_seen_at = min(first_seen_at, excluded.first_seen_at)"
            " RETURNING posting_id",
            (portal_id, address_key(url), url, moment),
        ).fetchone()[0])  # fmt: skip
        self._db.execute(
            "INSERT INTO named_postings (posting_id, named_at, source, run_id) VALUES (?, ?, ?, ?)"
            " ON CONFLICT (posting_id) DO NOTHING",
            (posting_id, moment, NAMED, run_id),
        )
        return posting_id

    def add(self, verdict: StandingVerdict, review: NewReview) -> int:
        """Adds a decision, and brings the counts of the release's day up to date; gives the review's number."""
        review_id = int(self._db.execute(
            "INSERT INTO reviews (release_id, portal_id, edition, decision, status_before, status_after, reason, decided_by,"
            " decided_at, cause, page_url, run_id) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) RETURNING review_id",
            (verdict.release_id, verdict.portal_id, verdict.edition, review.decision, review.before, review.after,
             review.reason, review.by, to_text(review.at), review.cause, review.page_url, review.run_id),
        ).fetchone()[0])  # fmt: skip
        refresh_days(self._db, [verdict.released_day])
        return review_id


def named(db: Database, release_id: int) -> dict[int, datetime]:
    """The postings that carry a release and were named by their portal, with the moment at which they were fetched."""
    rows = db.execute(
        "SELECT n.posting_id, n.named_at FROM named_postings n JOIN matches m ON m.posting_id = n.posting_id"
        " WHERE m.release_id = ?",
        (release_id,),
    )
    return {posting_id: from_text(at) for posting_id, at in rows}


def review_queue(connection: sqlite3.Connection, most: int) -> list[sqlite3.Row]:
    """What waits for a person: disputed first, then undetermined, then flagged; the newest releases first."""
    return connection.execute(_QUEUE, (most,)).fetchall()


def _standing(row: tuple[object, ...] | None) -> StandingVerdict | None:
    if row is None:
        return None
    (verdict_id, release_id, portal_id, edition, status, judged, reviewed, cause, flags, mode, earliest, latest, deadline,
     page_url, day, portal_name, home_url, release_url, title, number, released) = row  # fmt: skip
    return StandingVerdict(
        int(str(verdict_id)), int(str(release_id)), str(portal_id), str(edition), Status(str(status)), Status(str(judged)),
        Decision(str(reviewed)) if reviewed else None, str(cause), str(flags), Mode(str(mode)) if mode else None,
        from_text(str(earliest)) if earliest else None, from_text(str(latest)) if latest else None,
        from_text(str(deadline)), str(page_url), str(day), str(portal_name), str(home_url), str(release_url), str(title),
        str(number), from_text(str(released)),
    )  # fmt: skip
