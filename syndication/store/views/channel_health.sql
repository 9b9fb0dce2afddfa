-- How each registered channel fared in the 14 days up to the newest look of all: `working` (the last look brought rows),
-- `failing` (it did not; since when), `never` (no look ever did). A look that brought an empty list is a failed one, but
-- for home pages. Falling numbers and silence are told by figures: what they mean is `syndication.health`'s to say.
-- Each channel's looks are read from the newest one back, and no further than needed: ten years hold a million.
WITH span AS MATERIALIZED (
    SELECT strftime('%Y-%m-%dT%H:%M:%SZ', max((
        SELECT o.looked_at FROM observations o
        WHERE o.channel_id = c.channel_id AND o.kind = 'channel' ORDER BY o.looked_at DESC LIMIT 1
    )), '-14 days') AS since
    FROM channels c
),
known AS MATERIALIZED (
    SELECT
        c.*,
        (SELECT o.observation_id FROM observations o
         WHERE o.channel_id = c.channel_id AND o.kind = 'channel' AND o.outcome <> 'not_archived'
         ORDER BY o.looked_at DESC LIMIT 1) AS last_id,
        (SELECT o.looked_at FROM observations o
         WHERE o.channel_id = c.channel_id AND o.kind = 'channel' AND o.outcome IN ('ok', 'unchanged')
           AND (c.role = 'home' OR coalesce(o.item_count, 1) > 0)
         ORDER BY o.looked_at DESC LIMIT 1) AS last_answered
    FROM channels c
    WHERE c.registered = 1
),
figures AS MATERIALIZED (
    SELECT
        o.channel_id,
        count(*) AS looks,
        sum(o.outcome IN ('ok', 'unchanged') AND (k.role = 'home' OR coalesce(o.item_count, 1) > 0)) AS answered,
        round(avg(CASE
            WHEN o.observation_id <> k.last_id AND o.outcome = 'ok' AND (k.role = 'home' OR coalesce(o.item_count, 1) > 0)
            THEN o.item_count
        END), 1) AS usual_items
    FROM known k
    CROSS JOIN span s
    CROSS JOIN observations o ON o.channel_id = k.channel_id AND o.looked_at >= s.since
    WHERE o.kind = 'channel' AND o.outcome <> 'not_archived'
    GROUP BY k.channel_id
)
SELECT
    k.portal_id,
    p.name AS portal_name,
    k.channel_id,
    k.name,
    k.role,
    CASE WHEN k.last_answered IS NULL THEN 'never' WHEN k.last_answered = l.looked_at THEN 'working' ELSE 'failing' END AS state,
    CASE WHEN k.last_answered = l.looked_at THEN NULL ELSE (
        SELECT min(o.looked_at) FROM observations o
        WHERE o.channel_id = k.channel_id AND o.kind = 'channel' AND o.outcome <> 'not_archived'
          AND o.looked_at > coalesce(k.last_answered, '')
    ) END AS failing_since,
    l.outcome AS last_outcome,
    coalesce(f.looks, 0) AS looks,
    coalesce(f.answered, 0) AS answered,
    l.looked_at AS last_look,
    k.last_answered,
    l.item_count AS items,
    f.usual_items,
    json_extract(k.options, '$.min_rows') AS expected_items,
    (SELECT max(CASE WHEN s.declared_earliest <= s.first_seen_at THEN s.declared_earliest ELSE s.first_seen_at END)
     FROM sightings s WHERE s.channel_id = k.channel_id) AS newest_item
FROM known k
JOIN portals p ON p.portal_id = k.portal_id AND p.registered = 1
LEFT JOIN observations l ON l.observation_id = k.last_id
LEFT JOIN figures f ON f.channel_id = k.channel_id
