-- The column of State Council policy information on each portal's home page, Beijing day by day (the day's last sight).
SELECT
    h.portal_id,
    p.name AS portal_name,
    p.level,
    date(h.looked_at, '+8 hours') AS day,
    h.state,
    h.prominent,
    h.label,
    h.url,
    h.position,
    h.in_navigation,
    h.depth,
    h.pixels,
    h.first_screen,
    max(h.looked_at) AS looked_at
FROM home_columns h
JOIN portals p ON p.portal_id = h.portal_id
GROUP BY h.portal_id, date(h.looked_at, '+8 hours')
