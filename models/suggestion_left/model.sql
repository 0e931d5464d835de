-- A signed suggestion lies there: unserved, or its answer is late and whoever made it does nothing.
WITH acts AS (
  SELECT matter_id,
    max(CASE WHEN act IN ('sign', 'approve', 'amend') THEN seq END) AS signed_seq,
    max(CASE WHEN act IN ('sign', 'approve', 'amend') THEN happened_at END) AS signed_at,
    max(CASE WHEN act IN ('serve', 'keep') THEN seq END) AS served_seq,
    max(CASE WHEN act = 'urge' THEN seq END) AS urged_seq,
    max(CASE WHEN act = 'urge' THEN happened_at END) AS urged_at
  FROM event
  WHERE kind IN ('judicial_suggestion', 'procuratorial_suggestion')
    AND act IN ('sign', 'approve', 'amend', 'serve', 'keep', 'urge')
  GROUP BY matter_id
)
SELECT m.matter_id, 'not_served' AS cause, a.signed_seq AS seq
FROM matter m
JOIN acts a ON a.matter_id = m.matter_id
CROSS JOIN today t
WHERE m.kind IN ('judicial_suggestion', 'procuratorial_suggestion')
  AND m.state IN ('signed', 'approved') AND t.at > a.signed_at + INTERVAL 10 DAY
UNION ALL
SELECT m.matter_id, 'not_urged' AS cause, a.served_seq AS seq
FROM matter m
JOIN acts a ON a.matter_id = m.matter_id
JOIN clock c ON c.matter_id = m.matter_id
CROSS JOIN today t
WHERE m.kind IN ('judicial_suggestion', 'procuratorial_suggestion') AND m.state = 'served'
  AND c.rule IN ('reply', 'reply_public', 'reply_court') AND c.status = 'overdue'
  AND t.at > c.legal_due + INTERVAL 15 DAY AND coalesce(a.urged_seq, 0) < a.served_seq
UNION ALL
SELECT m.matter_id, 'not_reported' AS cause, a.urged_seq AS seq
FROM matter m
JOIN acts a ON a.matter_id = m.matter_id
CROSS JOIN today t
WHERE m.kind IN ('judicial_suggestion', 'procuratorial_suggestion') AND m.state = 'served'
  AND a.urged_seq > a.served_seq AND t.at > a.urged_at + INTERVAL 45 DAY
