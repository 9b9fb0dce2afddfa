-- How each registered channel fared in the 14 days up to the newest look of all: `working` (the last look brought rows),
-- `failing` (it did not; since when), `never` (no look ever did). A look that brought an empty list is a failed one, but
-- for home pages. Falling numbers and silence are told by figures: what they mean is `syndication.health`'s to say.
WITH looks AS (
    SELECT
        o.channel_id,
        o.looked_at,
        o.outcome,
        o.item_count,
        o.outcome IN ('ok', 'unchanged') AND (c.role = 'home' OR coalesce(o.item_count, 1) > 0) AS good,
        o.looked_at >= strftime('%Y-%m-%dT%H:%M:%SZ', (SELECT max(looked_at) FROM observations WHERE kind = 'channel'), '-14 days')
            AS recent,
        row_number() OVER (PARTITION BY o.channel_id ORDER BY o.looked_at DESC) AS place
    FROM observations o
    JOIN channels c ON c.channel_id = o.channel_id AND c.registered = 1
    WHERE o.kind = 'channel' AND o.outcome <> 'not_archived'
),
figures AS (
    SELECT
        l.channel_id,
        sum(l.recent) AS looks,
        sum(l.recent AND l.good) AS answered,
        max(l.looked_at) AS last_look,
        max(CASE WHEN l.place = 1 THEN l.outcome END) AS last_outcome,
        max(CASE WHEN l.place = 1 THEN l.good END) AS last_good,
        max(CASE WHEN l.good THEN l.looked_at END) AS last_answered,
        max(CASE WHEN l.place = 1 THEN l.item_count END) AS items,
        round(avg(CASE WHEN l.place > 1 AND l.recent AND l.good AND l.outcome = 'ok' THEN l.item_count END), 1) AS usual_items
    FROM looks l
    GROUP BY l.channel_id
)
SELECT
    c.portal_id,
    p.name AS portal_name,
    c.channel_id,
    c.name,
    c.role,
    CASE WHEN f.last_answered IS NULL THEN 'never' WHEN f.last_good THEN 'working' ELSE 'failing' END AS state,
    CASE WHEN f.last_good THEN NULL ELSE (
        SELECT min(o.looked_at) FROM observations o
        WHERE o.channel_id = c.channel_id AND o.kind = 'channel' AND o.outcome <> 'not_archived'
          AND o.looked_at > coalesce(f.last_answered, '')
    ) END AS failing_since,
    f.last_outcome,
    coalesce(f.looks, 0) AS looks,
    coalesce(f.answered, 0) AS answered,
    f.last_look,
    f.last_answered,
    f.items,
    f.usual_items,
    json_extract(c.options, '$.min_rows') AS expected_items,
    (SELECT max(CASE WHEN s.declared_earliest <= s.first_seen_at THEN s.declared_earliest ELSE s.first_seen_at END)
     FROM sightings s WHERE s.channel_id = c.channel_id) AS newest_item
FROM channels c
JOIN portals p ON p.portal_id = c.portal_id AND p.registered = 1
LEFT JOIN figures f ON f.channel_id = c.channel_id
WHERE c.registered = 1
