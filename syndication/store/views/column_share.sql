-- The share of portals whose home page has the column of State Council policy information, Beijing day by day. The
-- denominator is the portals whose home page was seen on that day; those that were not stand in `watched` alone.
-- `prominent_percent` is of the sights that were judged by the rule of prominence (`judged`).
SELECT
    d.day,
    (SELECT count(*) FROM portals p
     WHERE p.registered = 1 AND coalesce(p.active_from, '') <= d.day AND coalesce(p.active_to, '9999') >= d.day) AS watched,
    count(*) AS observed,
    sum(d.state <> 'no_entry') AS with_column,
    round(100.0 * sum(d.state <> 'no_entry') / count(*), 1) AS column_percent,
    count(d.prominent) AS judged,
    sum(d.prominent) AS prominent_columns,
    round(100.0 * sum(d.prominent) / nullif(count(d.prominent), 0), 1) AS prominent_percent,
    sum(d.level = 'department') AS departments,
    sum(d.level = 'department' AND d.state <> 'no_entry') AS departments_with_column,
    sum(d.level = 'province') AS provinces,
    sum(d.level = 'province' AND d.state <> 'no_entry') AS provinces_with_column
FROM column_days d
GROUP BY d.day
