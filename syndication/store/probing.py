"""What the deadline probes ask of the store: when each portal was looked at, and how old the knowledge of releases is."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from syndication.clock import from_text, to_text
from syndication.probing import Looked

if TYPE_CHECKING:
    from datetime import datetime

    from sqlite_utils import Database

_LOOKED = """
WITH watched AS (
    SELECT c.channel_id, c.portal_id FROM channels c
    WHERE c.registered = 1 AND (c.role = 'column' OR (c.role = 'home' AND NOT EXISTS (
        SELECT 1 FROM channels x WHERE x.portal_id = c.portal_id AND x.registered = 1 AND x.role = 'column')))
), seen AS (
    SELECT w.portal_id, w.channel_id,
        (SELECT max(o.looked_at) FROM observations o WHERE o.channel_id = w.channel_id AND o.kind = 'channel'
            AND o.outcome IN ('ok', 'unchanged') AND o.item_count > 0) AS good,
        (SELECT max(o.looked_at) FROM observations o WHERE o.channel_id = w.channel_id AND o.kind = 'channel') AS tried,
        (SELECT count(*) FROM observations o JOIN runs r ON r.run_id = o.run_id WHERE o.channel_id = w.channel_id
            AND o.kind = 'channel' AND o.looked_at > :day AND r.kind = 'probe') AS requests
    FROM watched w
)
SELECT portal_id, CASE WHEN count(good) = count(*) THEN min(good) END, max(tried), sum(requests), count(*),
    group_concat(channel_id, ' ')
FROM seen GROUP BY portal_id
"""


class ProbingRows:
    """Reads for the planner, over an open database."""

    def __init__(self, db: Database) -> None:
        self._db = db

    def looked(self, now: datetime) -> tuple[dict[str, Looked], dict[str, frozenset[str]]]:
        """How each portal was looked at, and which channels a look at it asks: its columns, else its home page.

        `requests` counts the looks of probes; a night's own reading is no part of the probes' budget.
        """
        looked, channels = {}, {}
        for portal_id, good, tried, requests, cost, ids in self._db.execute(
            _LOOKED, {"day": to_text(now - timedelta(hours=24))}
        ):
            looked[portal_id] = Looked(from_text(good) if good else None, from_text(tried) if tried else None, requests, cost)
            channels[portal_id] = frozenset(ids.split(" "))
        return looked, channels

    def requests_since(self, since: datetime) -> int:
        """How many looks probes made since a time."""
        return int(self._db.execute(
            "SELECT count(*) FROM observations o JOIN runs r ON r.run_id = o.run_id"
            " WHERE r.kind = 'probe' AND o.looked_at > ? AND o.kind = 'channel'",
            (to_text(since),),
        ).fetchone()[0])  # fmt: skip

    def releases_read_at(self) -> datetime | None:
        """The last good look at a list of www.gov.cn."""
        found = self._db.execute(
            "SELECT max(looked_at) FROM observations WHERE kind = 'release_list' AND outcome IN ('ok', 'unchanged')"
        ).fetchone()[0]
        return from_text(found) if found else None
