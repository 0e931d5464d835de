-- Two neighbouring records of a stay lie more than six hours apart (eight after a noted rest);
-- while the person is still there, the last record and now.
WITH record AS (
  SELECT matter_id, seq, act, care, happened_at,
    lead(happened_at) OVER (PARTITION BY matter_id ORDER BY seq) AS next_at
  FROM event
  WHERE kind = 'custody_stay'
    AND act NOT IN ('announce_criminal', 'announce_administrative', 'remark', 'issue')
)
SELECT r.matter_id, 'gap' AS cause, r.seq
FROM record r
JOIN matter m ON m.matter_id = r.matter_id
CROSS JOIN today t
WHERE r.act NOT IN ('take_out', 'leave')
  AND (r.next_at IS NOT NULL OR (m.state <> 'left' AND m.merged_into IS NULL))
  AND coalesce(r.next_at, t.at) > r.happened_at
    + CASE WHEN r.act = 'care' AND r.care = 'rest' THEN INTERVAL 8 HOUR ELSE INTERVAL 6 HOUR END
