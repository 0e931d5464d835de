SELECT 'of' AS measure, count(sent_local) AS n FROM fine
UNION ALL
SELECT 'more_than_90_days', count(CASE WHEN sent_local > created_local + INTERVAL 2160 HOUR THEN 1 END)
FROM fine
