"""What is stored about one verdict: the verdict itself, the release, the portal's looks, the postings that were matched."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import TYPE_CHECKING

from syndication.addresses import RELEASE_LISTS, address_key
from syndication.clock import Declared, Interval, from_text, to_text
from syndication.errors import DataFolderError
from syndication.glossary import ColumnState, Finding, Mode, Outcome, Role, Status
from syndication.judging import ChannelSeen
from syndication.proof import PUSHED, Judged, Owed, ProofCase, Review, SeenChannel, SeenList, SeenLook, SeenPosting

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Sequence
    from datetime import datetime

    from syndication.clock import Precision

BEFORE = timedelta(days=45)
"""How long before a release its portals' looks are read: a look before the release may bound a posting, no older one."""

_LOOK = (
    "SELECT o.run_id, o.kind, o.url, o.looked_at, o.outcome, o.detail, o.http_status, o.item_count, o.reaches_back_to,"
    " o.overlaps, o.whole, o.pages, coalesce(o.evidence_id, '') AS evidence_id, h.state FROM observations o"
    " LEFT JOIN home_columns h ON h.portal_id = o.portal_id AND h.looked_at = o.looked_at AND o.kind = 'channel'"
    "  AND o.channel_id = o.portal_id || '@home'"
)


class ProofRows:
    """Reads over an open connection with rows as `sqlite3.Row`."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._db = connection

    def find(self, portal_id: str, release: str, edition: str) -> int:
        """The verdict of a portal, a release's address or document number, and an edition.

        Raises:
            DataFolderError: there is none, or there are several.
        """
        found = self._db.execute(
            "SELECT v.verdict_id FROM verdicts v JOIN releases r ON r.release_id = v.release_id WHERE v.portal_id = ?"
            " AND v.edition = ? AND (r.document_number = ? OR r.url_key = ? OR r.release_id IN"
            "  (SELECT a.release_id FROM release_aliases a WHERE a.url = ?)) ORDER BY v.verdict_id",
            (portal_id, edition, release, address_key(release), release),
        ).fetchall()
        if len(found) == 1:
            return int(found[0][0])
        what = f"portal {portal_id}, release {release}, edition {edition}"
        if not found:
            raise DataFolderError(f"没有这一判定：{what}。 There is no verdict of {what}; look for its id in verdict_list")
        ids = ", ".join(str(row[0]) for row in found)
        raise DataFolderError(f"对应多个判定：{what}（{ids}）。 Several verdicts of {what}: name one of {ids}")

    def case(self, verdict_id: int) -> ProofCase:
        """All that is stored about a verdict, up to the moment at which it was judged.

        Raises:
            DataFolderError: there is no verdict of this id.
        """
        row = self._db.execute(
            "SELECT l.*, v.posting_id, v.proof, v.run_id FROM verdict_list l JOIN verdicts v ON v.verdict_id = l.verdict_id"
            " WHERE l.verdict_id = ?",
            (verdict_id,),
        ).fetchone()
        if row is None:
            raise DataFolderError(
                f"没有编号为 {verdict_id} 的判定。 There is no verdict {verdict_id}; its id stands in verdict_list.verdict_id"
            )
        verdict, release = _judged(row), self._release(row["release_id"])
        since = to_text(release.released.earliest - BEFORE)
        span = (since, to_text(verdict.judged_at))
        return ProofCase(
            verdict, release, row["portal_id"], row["portal_name"], self._home_url(row["portal_id"]),
            self._channels(row["portal_id"], span), self._postings(row["portal_id"], release.release_id, span),
            self._lists(release, span),
            self._looks("o.kind = 'release' AND o.url = ? AND o.looked_at <= ? AND o.evidence_id IS NOT NULL",
                        (release.url, span[1])),
            self._reviews(row["release_id"], row["portal_id"], verdict.edition),
        )  # fmt: skip

    def _home_url(self, portal_id: str) -> str:
        return str(self._db.execute("SELECT home_url FROM portals WHERE portal_id = ?", (portal_id,)).fetchone()[0])

    def _release(self, release_id: int) -> Owed:
        row = self._db.execute(
            "SELECT r.*, d.basis, d.reason, d.decided_by FROM releases r LEFT JOIN duties d ON d.release_id = r.release_id"
            " WHERE r.release_id = ?",
            (release_id,),
        ).fetchone()
        released = Interval(from_text(row["released_earliest"]), from_text(row["released_latest"]))
        return Owed(
            release_id, row["url"], row["title"], row["document_number"], row["issuer"], released,
            row["released_precision"], row["released_source"], row["basis"] or "none", row["reason"] or "",
            row["decided_by"] or "",
        )  # fmt: skip

    def _channels(self, portal_id: str, span: tuple[str, str]) -> tuple[SeenChannel, ...]:
        rows = self._db.execute(
            "SELECT channel_id, name, url, family, role FROM channels WHERE portal_id = ? AND registered = 1"
            " ORDER BY channel_id",
            (portal_id,),
        ).fetchall()
        return tuple(
            SeenChannel(
                row["channel_id"], row["name"], row["url"], row["family"], Role(row["role"]),
                self._looks("o.kind = 'channel' AND o.channel_id = ? AND o.looked_at BETWEEN ? AND ?",
                            (row["channel_id"], *span)),
            )
            for row in rows
        )  # fmt: skip

    def _postings(self, portal_id: str, release_id: int, span: tuple[str, str]) -> tuple[SeenPosting, ...]:
        rows = self._db.execute(
            "SELECT p.*, m.mode, m.score, m.rule, m.decided, m.card FROM matches m JOIN postings p"
            " ON p.posting_id = m.posting_id WHERE m.release_id = ? AND p.portal_id = ? AND p.first_seen_at <= ?"
            " ORDER BY p.url_key",
            (release_id, portal_id, span[1]),
        ).fetchall()
        return tuple(self._posting(row, span) for row in rows)

    def _posting(self, row: sqlite3.Row, span: tuple[str, str]) -> SeenPosting:
        sightings = self._db.execute(
            "SELECT s.* FROM sightings s JOIN channels c ON c.channel_id = s.channel_id AND c.registered = 1"
            " WHERE s.posting_id = ? ORDER BY s.channel_id",
            (row["posting_id"],),
        ).fetchall()
        printed = (_declared(sighting) for sighting in sightings)
        return SeenPosting(
            row["posting_id"], row["url"], row["title"], Mode(row["mode"]), bool(row["decided"]), row["score"],
            row["rule"], json.loads(row["card"]), _declared(row), next((one for one in printed if one), None),
            row["source_label"], row["document_number"],
            {one["channel_id"]: from_text(one["first_seen_at"]) for one in sightings},
            self._looks("o.kind = 'article' AND o.portal_id = ? AND o.url = ? AND o.looked_at <= ?",
                        (row["portal_id"], row["url"], span[1])),
            self._second_looks(row["posting_id"], row["url"], span[1]),
        )  # fmt: skip

    def _second_looks(self, posting_id: int, url: str, until: str) -> tuple[SeenLook, ...]:
        rows = self._db.execute(
            "SELECT s.*, o.outcome, o.http_status FROM second_sights s JOIN observations o ON o.run_id = s.run_id"
            " AND o.kind = 'recheck' AND o.url = ? WHERE s.posting_id = ? AND s.looked_at <= ? ORDER BY s.looked_at",
            (url, posting_id, until),
        ).fetchall()
        return tuple(
            SeenLook(
                row["run_id"], "recheck", url, ChannelSeen(from_text(row["looked_at"]), Outcome(row["outcome"])),
                row["detail"], row["http_status"], None, row["evidence_id"] or "", finding=Finding(row["finding"]),
            )
            for row in rows
        )  # fmt: skip

    def _reviews(self, release_id: int, portal_id: str, edition: str) -> tuple[Review, ...]:
        rows = self._db.execute(
            "SELECT * FROM reviews WHERE release_id = ? AND portal_id = ? AND edition = ? ORDER BY review_id",
            (release_id, portal_id, edition),
        ).fetchall()
        return tuple(
            Review(
                row["decision"], Status(row["status_before"]), Status(row["status_after"]), row["reason"],
                row["decided_by"], from_text(row["decided_at"]),
            )
            for row in rows
        )  # fmt: skip

    def _lists(self, release: Owed, span: tuple[str, str]) -> tuple[SeenList, ...]:
        rows = self._db.execute(
            "SELECT source, min(first_listed_at) AS first_listed_at, max(last_absent_at) AS last_absent_at"
            " FROM release_listings WHERE release_id = :id OR release_id IN (SELECT r.release_id FROM releases r"
            "  JOIN release_aliases a ON a.url = r.url WHERE a.release_id = :id) GROUP BY source ORDER BY source",
            {"id": release.release_id},
        ).fetchall()
        lists = []
        for row in rows:
            url = RELEASE_LISTS.get(row["source"])
            absent = from_text(row["last_absent_at"]) if row["last_absent_at"] else None
            moments = (row["first_listed_at"], row["last_absent_at"] or row["first_listed_at"])
            looks = self._looks(
                "o.kind = 'release_list' AND o.url = ? AND o.looked_at IN (?, ?) AND o.looked_at <= ?",
                (url, *moments, span[1]),
            )
            lists.append(SeenList(row["source"], url or "", from_text(row["first_listed_at"]), absent, looks))
        lists += [self._list_without(source, span[1]) for source in PUSHED if source not in {row["source"] for row in rows}]
        return tuple(lists)

    def _list_without(self, source: str, until: str) -> SeenList:
        """A list that never showed the release, with the newest look at it."""
        looks = self._looks(
            "o.kind = 'release_list' AND o.url = ? AND o.outcome IN ('ok', 'unchanged') AND o.looked_at = (SELECT"
            " max(x.looked_at) FROM observations x WHERE x.kind = 'release_list' AND x.url = o.url"
            " AND x.outcome IN ('ok', 'unchanged') AND x.looked_at <= ?)",
            (RELEASE_LISTS[source], until),
        )
        return SeenList(source, RELEASE_LISTS[source], None, looks[0].at if looks else None, looks)

    def _looks(self, where: str, parameters: Sequence[str | None]) -> tuple[SeenLook, ...]:
        rows = self._db.execute(f"{_LOOK} WHERE {where} ORDER BY o.looked_at, o.run_id", tuple(parameters)).fetchall()
        return tuple(_look(row) for row in rows)


def _judged(row: sqlite3.Row) -> Judged:
    return Judged(
        row["verdict_id"], row["edition"], Status(row["status"]), Status(row["judged_status"]), row["reviewed"] or "",
        Mode(row["mode"]) if row["mode"] else None, tuple(row["flags"].split()), row["cause"],
        from_text(row["deadline"]), _moment(row["earliest"]), _moment(row["latest"]), row["lag_hours"],
        row["posting_id"], row["page_url"], json.loads(row["proof"]), from_text(row["judged_at"]), row["run_id"],
        dict(row),
    )  # fmt: skip


def _look(row: sqlite3.Row) -> SeenLook:
    seen = ChannelSeen(
        from_text(row["looked_at"]), Outcome(row["outcome"]), row["item_count"], _moment(row["reaches_back_to"]),
        None if row["overlaps"] is None else bool(row["overlaps"]), bool(row["whole"]),
    )  # fmt: skip
    return SeenLook(
        row["run_id"], row["kind"], row["url"], seen, row["detail"], row["http_status"], row["pages"],
        row["evidence_id"], ColumnState(row["state"]) if row["state"] else None,
    )  # fmt: skip


def _moment(text: str | None) -> datetime | None:
    return from_text(text) if text else None


def _declared(row: sqlite3.Row) -> Declared | None:
    if row["declared_earliest"] is None:
        return None
    known: Precision = row["declared_precision"]
    span = Interval(from_text(row["declared_earliest"]), from_text(row["declared_latest"]))
    return Declared(span, known, row["declared_source"], row["declared_raw"])
