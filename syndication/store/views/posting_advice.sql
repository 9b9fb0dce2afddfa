-- Advice on carried postings, no finding: links that led nowhere when last asked, and files of the release that the posting
-- does not offer (counted only: portals give files names of their own).
SELECT
    'dead_link' AS advice,
    p.portal_id,
    o.name AS portal_name,
    p.title,
    p.url AS page_url,
    k.value AS detail,
    l.looked_at,
    l.http_status,
    p.posting_id
FROM postings p
JOIN portals o ON o.portal_id = p.portal_id
JOIN json_each(p.links) k
JOIN observations l ON l.observation_id = (
    SELECT x.observation_id FROM observations x WHERE x.kind = 'link' AND x.url = k.value
    ORDER BY x.looked_at DESC, x.observation_id DESC LIMIT 1)
WHERE p.posting_id IN (SELECT posting_id FROM second_sights) AND l.http_status IN (404, 410)
UNION ALL
SELECT
    'attachments_missing',
    p.portal_id,
    o.name,
    p.title,
    p.url,
    json_array_length(p.attachments) || ' / ' || json_array_length(r.attachments),
    p.read_at,
    NULL,
    p.posting_id
FROM matches m
JOIN postings p ON p.posting_id = m.posting_id
JOIN releases r ON r.release_id = m.release_id
JOIN portals o ON o.portal_id = p.portal_id
WHERE m.decided = 1 AND m.mode IN ('copy', 'abridged') AND p.state = 'read'
    AND json_array_length(p.attachments) < json_array_length(r.attachments)
