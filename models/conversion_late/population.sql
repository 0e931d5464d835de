SELECT 'of' AS measure, count(DISTINCT matter_id) AS n
FROM event
WHERE kind = 'criminal_first_instance' AND act IN ('to_simplified', 'to_ordinary')
