-- The penalty was added on another day than the sixtieth after the notification.
SELECT matter_id, 'wrong_day' AS cause, notified_seq AS seq,
       CAST(abs(date_diff('day', notified_local, penalty_local) - 60) AS DOUBLE) AS weight
FROM fine
WHERE penalty_seq IS NOT NULL AND notified_seq IS NOT NULL
  AND penalty_local <> notified_local + INTERVAL 60 DAY
UNION ALL
SELECT matter_id,
       CASE WHEN notified_seq IS NULL THEN 'not_notified' ELSE 'wrong_day' END AS cause,
       penalty_seq AS seq,
       CAST(abs(date_diff('day', notified_local, penalty_local) - 60) AS DOUBLE) AS weight
FROM fine
WHERE penalty_seq IS NOT NULL
  AND (notified_seq IS NULL OR penalty_local <> notified_local + INTERVAL 60 DAY)
