-- One row a portal and edition over all its releases with a duty. The rate's denominator is what could be decided:
-- pending, exempt, undetermined and not_observed stand beside it and are never counted against the portal.
-- It adds up the months' counts, which are kept in the transaction that changes verdicts or reviews (store.summarising).
SELECT
    m.portal_id,
    p.name AS portal_name,
    p.level,
    m.edition,
    sum(m.verdicts) AS releases,
    sum(m.on_time) AS on_time,
    sum(m.late) AS late,
    sum(m.missing) AS missing,
    sum(m.pending) AS pending,
    sum(m.undetermined) AS undetermined,
    sum(m.not_observed) AS not_observed,
    sum(m.exempt) AS exempt,
    sum(m.on_time + m.late + m.missing) AS decided,
    round(100.0 * sum(m.on_time) / nullif(sum(m.on_time + m.late + m.missing), 0), 1) AS on_time_percent,
    sum(m.backdated) AS backdated,
    round(sum(m.lag_hours) / nullif(sum(m.timed), 0), 1) AS mean_lag_hours
FROM portal_month m
JOIN portals p ON p.portal_id = m.portal_id
GROUP BY m.portal_id, m.edition
