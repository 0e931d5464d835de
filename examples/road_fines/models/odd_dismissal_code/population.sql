SELECT 'of' AS measure, count(CASE WHEN dismissal <> 'NIL' THEN 1 END) AS n FROM event
UNION ALL
SELECT 'codes', count(DISTINCT CASE WHEN dismissal NOT IN ('NIL', '#', 'G') THEN dismissal END)
FROM event
UNION ALL
SELECT 'fines', count(DISTINCT CASE WHEN dismissal NOT IN ('NIL', '#', 'G') THEN matter_id END)
FROM event
