SELECT 'of' AS measure, count(closed_at) AS n FROM matter
UNION ALL
SELECT 'matters', count(*) FROM matter
