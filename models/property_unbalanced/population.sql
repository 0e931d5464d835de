SELECT 'of' AS measure, count(DISTINCT matter_id) AS n
FROM event
WHERE kind = 'case_property' AND act = 'list'
