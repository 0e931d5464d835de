-- A bad rating opens its rectification by itself; here it lies unanswered, or nobody has called.
SELECT c.matter_id,
  CASE c.rule WHEN 'rating_fix' THEN 'silent' ELSE 'not_called' END AS cause,
  c.start_seq AS seq
FROM clock c
JOIN matter m ON m.matter_id = c.matter_id
WHERE m.kind = 'rectification' AND m.rating IS NOT NULL AND m.state IN ('raised', 'returned')
  AND c.rule IN ('rating_fix', 'call_back') AND c.status = 'overdue'
