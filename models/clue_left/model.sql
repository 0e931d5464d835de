-- A clue that nobody examined: lying there, closed without a look, or reported up and forgotten.
WITH acts AS (
  SELECT matter_id,
    min(seq) AS first_seq,
    min(happened_at) AS first_at,
    max(CASE WHEN act IN ('note_facts', 'give_reasons', 'hold_hearing') THEN seq END)
      AS looked_seq,
    max(CASE WHEN act = 'no_ground' THEN seq END) AS ended_seq,
    max(CASE WHEN act = 'report_up' THEN seq END) AS reported_seq,
    max(CASE WHEN act = 'report_up' THEN happened_at END) AS reported_at
  FROM event
  WHERE kind = 'supervision_clue'
  GROUP BY matter_id
)
SELECT m.matter_id, 'not_started' AS cause, a.first_seq AS seq
FROM matter m
JOIN acts a ON a.matter_id = m.matter_id
CROSS JOIN today t
WHERE m.kind = 'supervision_clue' AND m.state = 'registered'
  AND t.at > a.first_at + INTERVAL 7 DAY
UNION ALL
SELECT matter_id, 'ended_unchecked' AS cause, ended_seq AS seq
FROM acts
WHERE ended_seq IS NOT NULL AND looked_seq IS NULL
UNION ALL
SELECT m.matter_id, 'reported_and_left' AS cause, a.reported_seq AS seq
FROM matter m
JOIN acts a ON a.matter_id = m.matter_id
CROSS JOIN today t
WHERE m.kind = 'supervision_clue' AND m.state = 'reported'
  AND t.at > a.reported_at + INTERVAL 30 DAY
