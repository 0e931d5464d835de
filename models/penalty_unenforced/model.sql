-- A fine or restitution was sent to enforcement, and then nothing that enforces it happened.
WITH last AS (
  SELECT matter_id,
    max(CASE WHEN act IN ('file', 'resume_enforcement') THEN seq END) AS filed_seq,
    max(CASE WHEN act IN ('file', 'resume_enforcement') THEN happened_at END) AS filed_at,
    max(CASE WHEN act IN ('search_network', 'freeze_deposit', 'seize_movable', 'seize_estate',
      'control_vehicle', 'money_in', 'find_property') THEN seq END) AS worked_seq,
    max(CASE WHEN act = 'money_in' THEN seq END) AS money_seq,
    max(CASE WHEN act = 'money_in' THEN happened_at END) AS money_at,
    max(CASE WHEN act IN ('pay_victims', 'turn_over') THEN seq END) AS paid_seq,
    max(CASE WHEN act = 'give_clue' THEN seq END) AS clue_seq,
    max(CASE WHEN act = 'give_clue' THEN happened_at END) AS clue_at
  FROM event
  WHERE kind = 'property_penalty_enforcement'
  GROUP BY matter_id
)
SELECT m.matter_id, 'no_search' AS cause, x.filed_seq AS seq
FROM matter m
JOIN last x ON x.matter_id = m.matter_id
CROSS JOIN today t
WHERE m.kind = 'property_penalty_enforcement' AND m.state = 'enforcing'
  AND coalesce(x.worked_seq, 0) < x.filed_seq AND t.at > x.filed_at + INTERVAL 30 DAY
UNION ALL
SELECT m.matter_id, 'money_kept' AS cause, x.money_seq AS seq
FROM matter m
JOIN last x ON x.matter_id = m.matter_id
CROSS JOIN today t
WHERE m.kind = 'property_penalty_enforcement' AND coalesce(x.paid_seq, 0) < x.money_seq
  AND t.at > x.money_at + INTERVAL 30 DAY
UNION ALL
SELECT m.matter_id, 'clue_unheeded' AS cause, x.clue_seq AS seq
FROM matter m
JOIN last x ON x.matter_id = m.matter_id
CROSS JOIN today t
WHERE m.kind = 'property_penalty_enforcement' AND m.state = 'ended_this_time'
  AND coalesce(x.worked_seq, 0) < x.clue_seq AND t.at > x.clue_at + INTERVAL 30 DAY
