-- Handed over and nothing since for seven days, or handed over three times and still open.
WITH hand AS (
  SELECT matter_id, seq, happened_at, count(*) OVER (PARTITION BY matter_id) AS times
  FROM event
  WHERE act IN ('transfer', 'return', 'hand_over', 'escalate')
)
SELECT h.matter_id, 'unclaimed' AS cause, h.seq
FROM hand h
JOIN matter m ON m.matter_id = h.matter_id
CROSS JOIN today t
WHERE h.seq = m.last_seq AND m.closed_at IS NULL AND m.merged_into IS NULL
  AND t.at > h.happened_at + INTERVAL 7 DAY
UNION ALL
SELECT h.matter_id, 'round', h.seq
FROM hand h
JOIN matter m ON m.matter_id = h.matter_id
WHERE h.times >= 3 AND m.closed_at IS NULL AND m.merged_into IS NULL
