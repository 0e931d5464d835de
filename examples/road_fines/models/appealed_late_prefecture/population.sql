SELECT 'of' AS measure, count(CASE WHEN notified_seq IS NOT NULL THEN prefecture_seq END) AS n FROM fine
UNION ALL
SELECT 'appeals', count(prefecture_seq) FROM fine
UNION ALL
SELECT 'before_notification', count(CASE WHEN prefecture_local < notified_local THEN 1 END) FROM fine
UNION ALL
SELECT 'more_than_60_days', count(CASE WHEN prefecture_local > notified_local + INTERVAL 1440 HOUR THEN 1 END)
FROM fine
