-- How often persons overturn the monitor, by portal and by the rule that had decided: it measures the monitor. Each verdict
-- counts once, with the decision that stands; what was reopened counts no more, an exemption is no error of the monitor.
WITH standing AS (
    SELECT w.portal_id, w.cause, w.decision
    FROM reviews w
    WHERE w.decision <> 'reopen' AND w.review_id = (
        SELECT max(x.review_id) FROM reviews x
        WHERE x.release_id = w.release_id AND x.portal_id = w.portal_id AND x.edition = w.edition)
), grouped AS (
    SELECT 'portal' AS grouped_by, s.portal_id AS name, s.decision, p.name AS portal_name, '' AS cause
    FROM standing s JOIN portals p ON p.portal_id = s.portal_id
    UNION ALL
    SELECT 'cause', s.cause, s.decision, '', s.cause FROM standing s
)
SELECT
    grouped_by,
    name,
    portal_name,
    cause,
    count(*) AS reviewed_count,
    sum(decision = 'confirm') AS confirmed,
    sum(decision = 'overturn') AS overturned,
    sum(decision = 'exempt') AS exempted,
    round(100.0 * sum(decision = 'overturn') / nullif(sum(decision IN ('confirm', 'overturn')), 0), 1) AS overturned_percent
FROM grouped
GROUP BY grouped_by, name
