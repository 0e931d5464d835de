SELECT 'of' AS measure, count(DISTINCT matter_id) AS n
FROM event
WHERE kind = 'administrative_reconsideration' AND act = 'note_deemed'
