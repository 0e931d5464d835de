-- Registered although the deed tax (three per cent) was not, or not wholly, paid by then.
WITH registered AS (
  SELECT matter_id, min(seq) AS seq
  FROM event
  WHERE act = '办理权属登记'
  GROUP BY matter_id
),
paid AS (
  SELECT r.matter_id, sum(e.paid) AS paid
  FROM registered r
  JOIN event e ON e.matter_id = r.matter_id AND e.seq < r.seq
  WHERE e.act = '缴纳契税'
  GROUP BY r.matter_id
)
SELECT r.matter_id, CASE WHEN p.paid IS NULL THEN 'not_paid' ELSE 'paid_less' END AS cause, r.seq,
  m.price * 0.03 - coalesce(p.paid, 0) AS weight
FROM registered r
JOIN matter m ON m.matter_id = r.matter_id
LEFT JOIN paid p ON p.matter_id = r.matter_id
WHERE m.price * 0.03 - coalesce(p.paid, 0) > 1
