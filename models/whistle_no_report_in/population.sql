SELECT 'of' AS measure, count(*) AS n FROM matter WHERE kind = 'whistle'
UNION ALL
SELECT 'noted', count(*) FROM matter WHERE kind = 'whistle' AND state = 'missing'
