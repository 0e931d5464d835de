-- Stored three days ago, somebody was hurt or resisted or the caller withdrew, and neither a step
-- of viewing (here, or within the three days in the evidence it opened) nor an opening of the file by a chief, a legal
-- officer or an inspector followed.
WITH seen AS (
  SELECT matter_id,
    max(CASE WHEN act = 'store_recordings' THEN seq END) AS stored_seq,
    max(CASE WHEN act = 'store_recordings' THEN happened_at END) AS stored_at,
    max(CASE WHEN injured > 0 OR obstructed OR act = 'withdraw_alarm' THEN 1 ELSE 0 END) AS must,
    max(CASE WHEN act = 'view_recordings' THEN 1 ELSE 0 END) AS viewed
  FROM event
  WHERE kind = 'alarm'
  GROUP BY matter_id
)
SELECT s.matter_id, 'unviewed' AS cause, s.stored_seq AS seq
FROM seen s
CROSS JOIN today t
WHERE s.stored_seq IS NOT NULL AND s.must = 1 AND s.viewed = 0
  AND t.at > s.stored_at + INTERVAL 3 DAY
  AND NOT EXISTS (
    SELECT 1 FROM reading r
    WHERE r.matter_id = s.matter_id AND r.read_at >= s.stored_at
      AND r.role IN ('station_chief', 'legal', 'inspector'))
  AND NOT EXISTS (
    SELECT 1 FROM event v JOIN matter c ON c.matter_id = v.matter_id
    WHERE c.from_matter = s.matter_id AND v.kind = 'evidence' AND v.act = 'view'
      AND v.happened_at <= s.stored_at + INTERVAL 3 DAY)
