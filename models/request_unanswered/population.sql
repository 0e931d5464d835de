SELECT 'of' AS measure, count(*) AS n FROM request
UNION ALL
SELECT 'answered_late', count(*) FROM request WHERE status = 'answered_late'
