SELECT 'of' AS measure, count(*) AS n
FROM clock
WHERE whose = 'organ' AND status IN ('running', 'overdue')
