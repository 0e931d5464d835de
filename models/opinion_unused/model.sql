-- The opinion a court asked for was delivered a month ago and its case has not taken it in.
WITH used AS (
  SELECT matter_id, max(seq) AS seq
  FROM event
  WHERE kind = 'enforcement' AND act IN ('take_opinion', 'remark')
  GROUP BY matter_id
)
SELECT m.matter_id, 'not_taken' AS cause, o.from_seq AS seq
FROM matter o
JOIN matter m ON m.matter_id = o.from_matter
CROSS JOIN today t
LEFT JOIN used u ON u.matter_id = m.matter_id
WHERE o.kind = 'linkage_opinion' AND o.state = 'delivered' AND m.kind = 'enforcement'
  AND m.closed_at IS NULL AND t.at > o.closed_at + INTERVAL 30 DAY
  AND coalesce(u.seq, 0) < o.from_seq
