-- A bad rating opens its rectification by itself; here it lies unanswered, or nobody has called.
SELECT c.matter_id,
  CASE c.rule WHEN 'answer' THEN 'silent' ELSE 'not_called' END AS cause,
  c.start_seq AS seq
FROM clock c
JOIN matter m ON m.matter_id = c.matter_id
WHERE m.kind = 'bad_rating' AND c.rule IN ('answer', 'call') AND c.status = 'overdue'
