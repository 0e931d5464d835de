-- While a matter is suspended no clock can run out; ninety days without a word is forgotten.
SELECT m.matter_id, 'forgotten' AS cause, e.seq
FROM matter m
JOIN event e ON e.matter_id = m.matter_id AND e.seq = m.last_seq
CROSS JOIN today t
WHERE m.suspended AND e.happened_at < t.at - INTERVAL 90 DAY
