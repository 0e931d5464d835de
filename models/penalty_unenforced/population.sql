SELECT 'of' AS measure, count(DISTINCT matter_id) AS n
FROM event
WHERE kind = 'property_penalty_enforcement' AND act = 'file'
