SELECT 'of' AS measure, count(DISTINCT matter_id) AS n
FROM event
WHERE kind IN ('judicial_suggestion', 'procuratorial_suggestion') AND act = 'reply'
