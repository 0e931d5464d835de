-- The alarm stands withdrawn and the clock of its review has run out; the withdrawal proves it.
SELECT e.matter_id, 'unexamined' AS cause, max(e.seq) AS seq
FROM event e
JOIN matter m ON m.matter_id = e.matter_id
JOIN clock c ON c.matter_id = e.matter_id
WHERE e.kind = 'alarm' AND e.act = 'withdraw_alarm' AND m.state = 'withdrawn'
  AND c.clock LIKE 'withdrawal_review%' AND c.status = 'overdue'
GROUP BY e.matter_id
