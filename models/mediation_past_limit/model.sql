-- The clock of mediation has run out for a week and nobody ended it, or a session was held after it.
WITH ended AS (
  SELECT c.matter_id, c.start_seq, c.legal_due, c.status, m.kind, m.state, m.suspended
  FROM clock c
  JOIN matter m ON m.matter_id = c.matter_id
  WHERE c.rule IN ('mediate', 'entrusted') AND c.status IN ('overdue', 'ended_late')
    AND m.kind IN ('people_mediation', 'pre_litigation_mediation', 'civil_first_instance')
)
SELECT n.matter_id, 'held' AS cause, n.start_seq AS seq
FROM ended n
CROSS JOIN today t
WHERE n.status = 'overdue' AND t.at > n.legal_due + INTERVAL 7 DAY
  AND n.state IN ('accepted', 'informed', 'mediating', 'entrusted')
  AND NOT coalesce(n.suspended, false)
UNION ALL
SELECT n.matter_id, 'went_on' AS cause, e.seq
FROM ended n
JOIN event e ON e.matter_id = n.matter_id
WHERE e.kind = 'people_mediation' AND e.act IN ('meet', 'caucus') AND e.happened_at > n.legal_due
