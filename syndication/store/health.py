"""What `syndication health` reads: the views portal_health and channel_health, the last night, the push feed's two forms."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from syndication.clock import from_text, to_text
from syndication.glossary import Outcome, Role
from syndication.health import ChannelHealth, Figures, PortalHealth, SourceDifference, State

if TYPE_CHECKING:
    from datetime import datetime

    from sqlite_utils import Database

DAYS = timedelta(days=14)
_DIFFERENCES = """
SELECT d.release_url, d.title, d.in_push_feed FROM source_differences d
WHERE d.in_push_feed <> d.in_push_json AND d.released_at >= ?
  AND (SELECT max(looked_at) FROM observations WHERE kind = 'release_list' AND outcome IN ('ok', 'unchanged')
       AND url LIKE '%/pushinfo/%' AND url LIKE '%rss.xml') > d.released_at
  AND (SELECT max(looked_at) FROM observations WHERE kind = 'release_list' AND outcome IN ('ok', 'unchanged')
       AND url LIKE '%/pushinfo/%' AND url NOT LIKE '%rss.xml') > d.released_at
ORDER BY d.released_at, d.release_url
"""


def figures(db: Database, now: datetime) -> Figures:
    """The figures as of the newest look; differences of the lists of www.gov.cn over the last 14 days."""
    portals = [
        PortalHealth(portal_id, name, State(state), _moment(since), _outcome(outcome), channels, working)
        for portal_id, name, state, since, outcome, channels, working in db.execute(
            "SELECT portal_id, portal_name, state, failing_since, outcome, channels, channels_working FROM portal_health"
            " ORDER BY portal_id"
        )
    ]
    channels = [
        ChannelHealth(
            portal_id, portal_name, channel_id, name, Role(role), State(state), _moment(since), _outcome(outcome), looks,
            items, usual, expected, _moment(last), _moment(newest),
        )
        for portal_id, portal_name, channel_id, name, role, state, since, outcome, looks, items, usual, expected,
        last, newest in db.execute(
            "SELECT portal_id, portal_name, channel_id, name, role, state, failing_since, last_outcome, looks, items,"
            " usual_items, expected_items, last_look, newest_item FROM channel_health ORDER BY portal_id, channel_id"
        )
    ]  # fmt: skip
    differences = [
        SourceDifference(url, title, bool(in_feed)) for url, title, in_feed in db.execute(_DIFFERENCES, (to_text(now - DAYS),))
    ]
    night = db.execute("SELECT max(finished_at) FROM runs WHERE kind = 'nightly' AND state = 'done'").fetchone()[0]
    return Figures(portals, channels, differences, _moment(night))


def _moment(text: str | None) -> datetime | None:
    return from_text(text) if text else None


def _outcome(text: str | None) -> Outcome | None:
    return Outcome(text) if text else None
