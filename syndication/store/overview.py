"""What the front page asks of the database. Parameters are named; times are UTC text."""

from __future__ import annotations

from syndication.store.summarising import EDITIONS, STATUSES

__all__ = ["EDITIONS", "LAST_RUN", "SPAN", "STATUS_COUNTS"]

LAST_RUN = """
SELECT r.run_id, r.kind, r.started_at, r.finished_at, r.state,
       count(o.observation_id) AS observations,
       coalesce(sum(o.outcome NOT IN ('ok', 'unchanged')), 0) AS failures
FROM (SELECT * FROM runs WHERE kind <> 'review' ORDER BY started_at DESC, run_id DESC LIMIT 1) r
LEFT JOIN observations o ON o.run_id = r.run_id
GROUP BY r.run_id
"""
"""The latest run that looked at portals, with the number of its looks and of those that brought nothing."""

_STATUSES = " UNION ALL ".join(f"SELECT '{status}' AS status, {status} AS number, recent FROM counted" for status in STATUSES)
STATUS_COUNTS = f"""
WITH newest AS (SELECT date(max(released_day), '-29 days') AS recent_day FROM portal_day WHERE edition = :edition),
counted AS (
    SELECT {", ".join(f"sum({status}) AS {status}" for status in STATUSES)}, 0 AS recent
    FROM portal_month WHERE edition = :edition
    UNION ALL
    SELECT {", ".join(f"sum({status}) AS {status}" for status in STATUSES)}, 1 AS recent
    FROM portal_day, newest WHERE edition = :edition AND released_day >= newest.recent_day
)
SELECT status, sum(number * (NOT recent)) AS verdicts, sum(number * recent) AS recent FROM ({_STATUSES}) GROUP BY status
"""
"""Verdicts of an edition by status: all, and those of the last 30 days up to the newest release."""

SPAN = """
SELECT (SELECT min(released_day) FROM portal_day WHERE edition = :edition) AS first_day, max(released_day) AS last_day,
       date(max(released_day), '-29 days') AS recent_day,
       (SELECT count(*) FROM release_counts WHERE edition = :edition) AS releases,
       (SELECT count(DISTINCT portal_id) FROM portal_month WHERE edition = :edition) AS portals
FROM portal_day
WHERE edition = :edition
"""
"""The days that an edition's verdicts cover, and how many releases and portals they are about."""
