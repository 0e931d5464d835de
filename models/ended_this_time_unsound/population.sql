SELECT 'of' AS measure, count(DISTINCT matter_id) AS n
FROM event
WHERE kind IN ('enforcement', 'property_penalty_enforcement') AND act = 'close_this_time'
