-- Releases that one list of www.gov.cn has and another lacks, for an operator to look at.
SELECT
    r.release_id,
    r.url AS release_url,
    r.title,
    r.released_earliest AS released_at,
    max(l.source = 'push_feed') AS in_push_feed,
    max(l.source = 'push_json') AS in_push_json,
    max(l.source = 'zuixin') AS in_zuixin
FROM releases r
JOIN release_listings l ON l.release_id = r.release_id
GROUP BY r.release_id
HAVING count(*) < 3
