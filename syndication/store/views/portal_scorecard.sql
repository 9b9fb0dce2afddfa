-- One row a portal and edition over all its releases with a duty. The rate's denominator is what could be decided:
-- pending, exempt, undetermined and not_observed stand beside it and are never counted against the portal.
SELECT
    portal_id,
    portal_name,
    level,
    edition,
    count(*) AS releases,
    sum(status = 'on_time') AS on_time,
    sum(status = 'late') AS late,
    sum(status = 'missing') AS missing,
    sum(status = 'pending') AS pending,
    sum(status = 'undetermined') AS undetermined,
    sum(status = 'not_observed') AS not_observed,
    sum(status = 'exempt') AS exempt,
    sum(status IN ('on_time', 'late', 'missing')) AS decided,
    round(100.0 * sum(status = 'on_time') / nullif(sum(status IN ('on_time', 'late', 'missing')), 0), 1) AS on_time_percent,
    sum(' ' || flags || ' ' LIKE '% backdated %') AS backdated,
    round(avg(CASE WHEN status IN ('on_time', 'late') THEN lag_hours END), 1) AS mean_lag_hours
FROM verdict_list
GROUP BY portal_id, edition
