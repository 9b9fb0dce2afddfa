"""Which runs' evidence files a finding rests on, and the note of those that were removed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from syndication.clock import to_text

if TYPE_CHECKING:
    import sqlite3
    from datetime import datetime


class RetainingRows:
    """Reads over an open connection, and the one write of retention."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._db = connection

    def findings(self) -> list[int]:
        """The verdicts that must stay provable: late or missing, by the program or in force, flagged, or reviewed.

        Also one that was late or missing before it was judged anew: a notice of that time may have named the portal.
        """
        rows = self._db.execute(
            "SELECT v.verdict_id FROM verdicts v WHERE v.status IN ('late', 'missing')"
            " OR v.effective_status IN ('late', 'missing') OR v.flags <> '' OR EXISTS (SELECT 1 FROM reviews r"
            "  WHERE r.release_id = v.release_id AND r.portal_id = v.portal_id AND r.edition = v.edition)"
            " OR EXISTS (SELECT 1 FROM superseded_verdicts s WHERE s.status IN ('late', 'missing')"
            "  AND s.release_id = v.release_id AND s.portal_id = v.portal_id AND s.edition = v.edition)"
            " ORDER BY v.verdict_id"
        )
        return [row[0] for row in rows]

    def named_runs(self) -> set[str]:
        """Runs that a person's decision, or a page found gone or altered, rests on."""
        rows = self._db.execute(
            "SELECT run_id FROM reviews WHERE run_id IS NOT NULL UNION SELECT run_id FROM named_postings"
            " UNION SELECT run_id FROM second_sights WHERE finding IN ('gone', 'altered')"
        )
        return {row[0] for row in rows}

    def note_removed(self, run_id: str, at: datetime, frame: str, size: int) -> None:
        """Notes that a run's file is removed; the row is on disk before the file goes."""
        self._db.execute(
            "INSERT INTO removed_evidence (run_id, removed_at, frame, size) VALUES (?, ?, ?, ?)"
            " ON CONFLICT (run_id) DO NOTHING",
            (run_id, to_text(at), frame, size),
        )
        self._db.commit()
