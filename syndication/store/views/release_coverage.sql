-- One row a release with a duty and edition: how many portals carried it, and how many could be decided.
SELECT
    release_url,
    document_number,
    title,
    released_at,
    edition,
    deadline,
    count(*) AS portals,
    sum(status = 'on_time') AS on_time,
    sum(status = 'late') AS late,
    sum(status = 'missing') AS missing,
    sum(status = 'pending') AS pending,
    sum(status = 'undetermined') AS undetermined,
    sum(status = 'not_observed') AS not_observed,
    sum(status = 'exempt') AS exempt,
    sum(status IN ('on_time', 'late', 'missing')) AS decided,
    round(100.0 * sum(status = 'on_time') / nullif(sum(status IN ('on_time', 'late', 'missing')), 0), 1) AS on_time_percent,
    release_id
FROM verdict_list
GROUP BY release_id, edition
