-- Sent 2160 hours (90 days) or more after it was created; both events prove it.
SELECT matter_id, 'sent_late' AS cause, created_seq AS seq,
       CAST(date_diff('day', created_local, sent_local) AS DOUBLE) AS weight
FROM fine
WHERE sent_local >= created_local + INTERVAL 2160 HOUR
UNION ALL
SELECT matter_id, 'sent_late' AS cause, sent_seq AS seq,
       CAST(date_diff('day', created_local, sent_local) AS DOUBLE) AS weight
FROM fine
WHERE sent_local >= created_local + INTERVAL 2160 HOUR
