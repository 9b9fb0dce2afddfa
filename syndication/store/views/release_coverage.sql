-- One row a release with a duty and edition: how many portals carried it, and how many could be decided.
-- It shows the releases' counts, which are kept in the transaction that changes verdicts or reviews (store.summarising).
SELECT
    r.url AS release_url,
    r.document_number,
    r.title,
    r.released_earliest AS released_at,
    c.edition,
    (SELECT v.deadline FROM verdicts v WHERE v.release_id = c.release_id AND v.edition = c.edition LIMIT 1) AS deadline,
    c.verdicts AS portals,
    c.on_time,
    c.late,
    c.missing,
    c.pending,
    c.undetermined,
    c.not_observed,
    c.exempt,
    c.on_time + c.late + c.missing AS decided,
    round(100.0 * c.on_time / nullif(c.on_time + c.late + c.missing, 0), 1) AS on_time_percent,
    c.release_id
FROM release_counts c
JOIN releases r ON r.release_id = c.release_id
