-- The scene was handled with the recorder on, or a recording was made, three days have gone by,
-- and nothing was stored.
WITH scene AS (
  SELECT matter_id,
    max(CASE WHEN act = 'handle' THEN seq END) AS seq,
    max(CASE WHEN act = 'handle' THEN happened_at END) AS handled_at,
    max(CASE WHEN act IN ('arrive', 'handle') AND recording_on THEN 1 ELSE 0 END) AS recorded,
    max(CASE WHEN act = 'store_recordings' THEN 1 ELSE 0 END) AS stored
  FROM event
  WHERE kind = 'alarm' AND act IN ('arrive', 'handle', 'store_recordings')
  GROUP BY matter_id
)
SELECT s.matter_id, 'not_stored' AS cause, s.seq
FROM scene s
CROSS JOIN today t
WHERE s.seq IS NOT NULL AND s.recorded = 1 AND s.stored = 0
  AND t.at > s.handled_at + INTERVAL 3 DAY
UNION ALL
SELECT e.matter_id, 'not_uploaded', e.seq
FROM event e
JOIN matter m ON m.matter_id = e.matter_id
CROSS JOIN today t
WHERE e.kind = 'evidence' AND e.act IN ('record', 'record_questioning', 'return_home')
  AND e.seq = m.last_seq AND t.at > e.happened_at + INTERVAL 3 DAY
