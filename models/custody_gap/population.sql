SELECT 'of' AS measure, count(DISTINCT matter_id) AS n
FROM event
WHERE kind = 'custody_stay' AND act = 'register'
