SELECT 'of' AS measure, count(DISTINCT matter_id) AS n FROM event WHERE act = '上岗'
UNION ALL
SELECT 'matters', count(*) FROM matter
