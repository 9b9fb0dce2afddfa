"""What the matching step reads and writes: open releases, postings that were not matched against all of them, matches."""

from __future__ import annotations

import json
from datetime import date
from typing import TYPE_CHECKING

from syndication.addresses import address_key
from syndication.clock import Interval, from_text, to_text
from syndication.errors import SyndicationError
from syndication.matching import PostingText, ReleaseText

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence
    from datetime import datetime

    from sqlite_utils import Database

    from syndication.matching import Match


class UnknownPostingError(SyndicationError):
    """A posting that the store does not know; the message says how to name one."""


class MatchingRows:
    """Reads and writes of the matching step, over an open database."""

    def __init__(self, db: Database) -> None:
        self._db = db

    def newest_release(self) -> int:
        """The highest release id: the mark that a posting bears once it was matched."""
        return int(self._db.execute("SELECT coalesce(max(release_id), 0) FROM releases").fetchone()[0])

    def releases(self, released_since: datetime) -> list[ReleaseText]:
        """The releases still looked for, by address; their ids are the store's, as text."""
        aliases: dict[int, list[str]] = {}
        for url, release_id in self._db.execute("SELECT url, release_id FROM release_aliases ORDER BY url"):
            aliases.setdefault(release_id, []).append(url)
        rows = self._db.execute(
            "SELECT release_id, url, title, body, document_number, issued_on, released_earliest FROM releases"
            " WHERE released_latest >= ? AND url NOT IN (SELECT url FROM release_aliases) ORDER BY url_key",
            (to_text(released_since),),
        )
        return [
            ReleaseText(
                release_id=str(release_id), url=url, title=title, text=body, document_number=number,
                issued_on=date.fromisoformat(issued) if issued else None, released_at=from_text(released),
                aliases=tuple(aliases.get(release_id, ())),
            )
            for release_id, url, title, body, number, issued, released in rows.fetchall()
        ]  # fmt: skip

    def postings(self, seen_since: datetime, newest_release: int) -> Iterator[PostingText]:
        """Postings first seen since a time that were not matched against the newest release yet."""
        return self._read(
            " WHERE p.first_seen_at >= ? AND (p.matched_upto IS NULL OR p.matched_upto < ?)",
            (to_text(seen_since), newest_release),
        )

    def posting(self, posting_id: int) -> PostingText:
        """One posting, matched or not. Raises StopIteration where there is none."""
        return next(self._read(" WHERE p.posting_id = ?", (posting_id,)))

    def named(self, named: str) -> PostingText:
        """The posting of an id or an address.

        Raises:
            UnknownPostingError: there is none.
        """
        condition = " WHERE p.posting_id = ?" if named.isdigit() else " WHERE p.url_key = ?"
        value = named if named.isdigit() else address_key(named)
        for posting in self._read(condition, (value,)):
            return posting
        raise UnknownPostingError(f"no posting {named}; name its posting_id (see matches in Datasette) or its address")

    def matched(self, posting_id: str) -> list[str]:
        """The releases that a posting was matched with, as ids."""
        rows = self._db.execute("SELECT release_id FROM matches WHERE posting_id = ? ORDER BY release_id", (posting_id,))
        return [str(release_id) for (release_id,) in rows]

    def _read(self, condition: str, parameters: tuple[object, ...]) -> Iterator[PostingText]:
        cursor = self._db.execute(
            "SELECT p.posting_id, p.url, p.title, coalesce(t.body, ''), p.state, p.document_number, p.source_label,"
            " p.declared_earliest, p.declared_latest, p.links, p.target, (SELECT s.title FROM sightings s"
            "  WHERE s.posting_id = p.posting_id ORDER BY length(s.title) DESC, s.title LIMIT 1),"
            " (SELECT min(s.declared_earliest || ' ' || s.declared_latest) FROM sightings s"
            "  WHERE s.posting_id = p.posting_id AND s.declared_earliest IS NOT NULL)"
            f" FROM postings p LEFT JOIN posting_texts t ON t.posting_id = p.posting_id{condition} ORDER BY p.posting_id",
            parameters,
        )
        for (posting_id, url, title, body, state, number, source, earliest, latest, links, target, listed_title,
             listed_time) in cursor.fetchall():  # fmt: skip
            if earliest is None and listed_time:
                earliest, latest = listed_time.split(" ")
            yield PostingText(
                posting_id=str(posting_id), url=url, title=title or listed_title or "", text=body,
                read=state in {"read", "elsewhere"}, document_number=number, source=source,
                published=Interval(from_text(earliest), from_text(latest)) if earliest else None,
                links=tuple(json.loads(links)), target=target,
            )  # fmt: skip

    def save(
        self, postings: Sequence[str], matches: Iterable[Match], newest_release: int, released_since: datetime
    ) -> None:
        """Replaces what was known of these postings and the releases since a time, with which they were compared.

        What a posting carries of an older release stays known: rejudging asks for it years later.
        """
        ids = [(int(posting_id), to_text(released_since)) for posting_id in postings]
        self._db.conn.executemany(
            "DELETE FROM matches WHERE posting_id = ? AND release_id IN"
            " (SELECT release_id FROM releases WHERE released_latest >= ?)",
            ids,
        )
        self._db.conn.executemany(
            "INSERT INTO matches (posting_id, release_id, mode, score, rule, decided, card) VALUES (?, ?, ?, ?, ?, ?, ?)",
            [
                (int(m.posting_id), int(m.release_id), m.mode, m.score, m.rule, int(m.decided), card_text(m.card))
                for m in matches
            ],
        )
        self._db.conn.executemany(
            "UPDATE postings SET matched_upto = ? WHERE posting_id = ?", [(newest_release, one) for one, _ in ids]
        )


def card_text(card: Mapping[str, object]) -> str:
    """The card as the store keeps it."""
    return json.dumps(card, ensure_ascii=False, sort_keys=True)


