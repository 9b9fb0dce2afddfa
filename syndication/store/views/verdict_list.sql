-- One row for each release with a duty x portal x edition; times in UTC. Others rely on the columns up to `reviewed`.
-- A review's status stands in place of the judged one; `judged_status` keeps the monitor's own word.
SELECT
    v.verdict_id,
    v.portal_id,
    p.name AS portal_name,
    p.level,
    r.url AS release_url,
    r.document_number,
    r.title,
    r.released_earliest AS released_at,
    v.edition,
    v.deadline,
    CASE WHEN w.decision IS NULL OR w.decision = 'reopen' THEN v.status ELSE w.status_after END AS status,
    v.mode,
    v.flags,
    v.earliest,
    v.latest,
    v.lag_hours,
    v.page_url,
    CASE WHEN w.decision = 'reopen' THEN NULL ELSE w.decision END AS reviewed,
    v.cause,
    v.fault,
    v.status AS judged_status,
    v.released_day,
    v.release_id,
    v.judged_at
FROM verdicts v
JOIN releases r ON r.release_id = v.release_id
JOIN portals p ON p.portal_id = v.portal_id
LEFT JOIN reviews w ON w.review_id = (
    SELECT max(x.review_id) FROM reviews x
    WHERE x.release_id = v.release_id AND x.portal_id = v.portal_id AND x.edition = v.edition
)
