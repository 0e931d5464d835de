-- Appealed 1440 hours (60 days) or more after the fine was notified; both events prove it.
SELECT matter_id, 'appealed_late' AS cause, notified_seq AS seq,
       CAST(date_diff('day', notified_local, prefecture_local) AS DOUBLE) AS weight
FROM fine
WHERE prefecture_local >= notified_local + INTERVAL 1440 HOUR
UNION ALL
SELECT matter_id, 'appealed_late' AS cause, prefecture_seq AS seq,
       CAST(date_diff('day', notified_local, prefecture_local) AS DOUBLE) AS weight
FROM fine
WHERE prefecture_local >= notified_local + INTERVAL 1440 HOUR
