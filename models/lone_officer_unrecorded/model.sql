-- One officer alone at the scene: with the recorder off, or with nothing stored a day later.
-- Officers are a JSON list of names; only how many there are is read.
WITH alone AS (
  SELECT matter_id, seq, act, happened_at, recording_on
  FROM event
  WHERE kind = 'alarm' AND act IN ('arrive', 'handle', 'mediate')
    AND officers LIKE '["%' AND officers NOT LIKE '%","%'
)
SELECT matter_id, 'unrecorded' AS cause, seq
FROM alone
WHERE NOT recording_on
UNION ALL
SELECT a.matter_id, 'not_kept', a.seq
FROM alone a
CROSS JOIN today t
WHERE a.recording_on AND a.act IN ('handle', 'mediate')
  AND t.at > a.happened_at + INTERVAL 24 HOUR
  AND NOT EXISTS (
    SELECT 1 FROM event s
    WHERE s.matter_id = a.matter_id AND s.kind = 'alarm' AND s.act = 'store_recordings')
