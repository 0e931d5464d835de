SELECT 'of' AS measure, count(DISTINCT matter_id) AS n
FROM event
WHERE kind = 'service_item' AND act = 'ask_correction'
