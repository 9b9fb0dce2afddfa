-- What waits for a person: verdicts that the evidence could not decide, that bear a flag of suspicion, or that the monitor
-- judges otherwise than the person who reviewed them.
SELECT
    verdict_id,
    portal_id,
    portal_name,
    title,
    edition,
    status,
    judged_status,
    flags,
    reviewed,
    cause,
    CASE
        WHEN reviewed IS NOT NULL THEN 'disputed'
        WHEN status = 'undetermined' THEN 'undetermined'
        ELSE 'flagged'
    END AS why,
    page_url,
    released_at,
    released_day
FROM verdict_list
WHERE (reviewed IS NULL AND status = 'undetermined')
    OR (reviewed IS NULL AND (
        ' ' || flags || ' ' LIKE '% backdated %' OR ' ' || flags || ' ' LIKE '% postdated %'
        OR ' ' || flags || ' ' LIKE '% withdrawn %' OR ' ' || flags || ' ' LIKE '% altered %'))
    OR (reviewed IN ('confirm', 'overturn') AND judged_status <> status)
        AND judged_at > (SELECT max(w.decided_at) FROM reviews w
            WHERE w.release_id = verdict_list.release_id AND w.portal_id = verdict_list.portal_id
            AND w.edition = verdict_list.edition)
