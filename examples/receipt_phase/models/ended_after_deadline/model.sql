-- Ended later than its deadline; its last event proves it.
SELECT matter_id, 'ended_late' AS cause, last_seq AS seq,
       CAST(date_diff('hour', deadline_at, closed_at) AS DOUBLE) / 24 AS weight
FROM matter
WHERE closed_at > deadline_at
