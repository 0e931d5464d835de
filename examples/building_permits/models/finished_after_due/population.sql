SELECT 'of' AS measure, count(CASE WHEN due_on IS NOT NULL AND finished_on IS NOT NULL THEN 1 END) AS n
FROM event
UNION ALL
SELECT 'matters', count(DISTINCT CASE WHEN finished_on > due_on THEN matter_id END) FROM event
