-- How each registered portal fared in the 14 days up to the newest look of all: `working` (the last look at every channel
-- brought rows), `partly`, `failing` (at none; since when, and with which outcome its home page or first channel ended),
-- `never` (no look at any channel ever brought rows).
WITH h AS MATERIALIZED (
    SELECT
        c.*,
        row_number() OVER (
            PARTITION BY c.portal_id ORDER BY c.state = 'working', c.role <> 'column', c.role <> 'home', c.channel_id
        ) AS place
    FROM channel_health c
)
SELECT
    h.portal_id,
    h.portal_name,
    p.level,
    CASE
        WHEN sum(h.state = 'working') = count(*) THEN 'working'
        WHEN sum(h.state = 'working') > 0 THEN 'partly'
        WHEN sum(h.state = 'never') = count(*) THEN 'never'
        ELSE 'failing'
    END AS state,
    CASE WHEN sum(h.state = 'working') = 0 THEN max(h.failing_since) END AS failing_since,
    max(CASE WHEN h.place = 1 AND h.state <> 'working' THEN h.last_outcome END) AS outcome,
    count(*) AS channels,
    sum(h.state = 'working') AS channels_working,
    sum(h.role = 'column') AS columns,
    sum(h.role = 'column' AND h.state = 'working') AS columns_working,
    sum(h.looks) AS looks,
    sum(h.answered) AS answered,
    max(h.last_answered) AS last_answered
FROM h
JOIN portals p ON p.portal_id = h.portal_id
GROUP BY h.portal_id
