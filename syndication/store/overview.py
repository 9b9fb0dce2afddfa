"""What the front page asks of the database. Parameters are named; times are UTC text."""

from __future__ import annotations

LAST_RUN = """
SELECT r.run_id, r.kind, r.started_at, r.finished_at, r.state,
       count(o.observation_id) AS observations,
       coalesce(sum(o.outcome NOT IN ('ok', 'unchanged')), 0) AS failures
FROM (SELECT * FROM runs WHERE kind <> 'review' ORDER BY started_at DESC, run_id DESC LIMIT 1) r
LEFT JOIN observations o ON o.run_id = r.run_id
GROUP BY r.run_id
"""
"""The latest run that looked at portals, with the number of its looks and of those that brought nothing."""

EDITIONS = "SELECT DISTINCT edition FROM verdicts ORDER BY edition"
"""The editions that verdicts were made for."""

STATUS_COUNTS = """
SELECT status, count(*) AS verdicts, sum(released_day >= newest.recent_day) AS recent
FROM verdict_list
JOIN (SELECT date(max(released_day), '-29 days') AS recent_day FROM verdicts WHERE edition = :edition) newest
WHERE edition = :edition
GROUP BY status
"""
"""Verdicts of an edition by status: all, and those of the last 30 days up to the newest release."""

SPAN = """
SELECT min(released_day) AS first_day, max(released_day) AS last_day,
       date(max(released_day), '-29 days') AS recent_day,
       count(DISTINCT release_id) AS releases, count(DISTINCT portal_id) AS portals
FROM verdicts
WHERE edition = :edition
"""
"""The days that an edition's verdicts cover, and how many releases and portals they are about."""
