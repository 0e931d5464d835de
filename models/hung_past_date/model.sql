-- While an event is hung its clocks stand still, so no clock tells that its day has passed.
SELECT m.matter_id, 'past_date' AS cause, max(e.seq) AS seq
FROM matter m
JOIN event e ON e.matter_id = m.matter_id
CROSS JOIN today t
WHERE m.kind = 'grid_event' AND m.state = 'hung' AND e.act = 'hang_up'
  AND m.hang_until < CAST(t.at_local AS DATE)
GROUP BY m.matter_id
