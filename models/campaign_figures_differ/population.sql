SELECT 'of' AS measure, count(DISTINCT matter_id) AS n
FROM event
WHERE kind = 'campaign' AND act = 'sum_up'
