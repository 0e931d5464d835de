-- Mediation failed and the way to the court that must stay open is not opened.
WITH acts AS (
  SELECT matter_id,
    max(CASE WHEN kind = 'people_mediation' AND act = 'refuse' THEN seq END) AS refused_seq,
    max(CASE WHEN kind = 'people_mediation' AND act = 'refuse' THEN happened_at END)
      AS refused_at,
    max(CASE WHEN act IN ('fail', 'tell_routes') THEN seq END) AS failed_seq,
    max(CASE WHEN act IN ('fail', 'tell_routes') THEN happened_at END) AS failed_at,
    max(CASE WHEN act = 'return_to_court' THEN seq END) AS returned_seq,
    max(CASE WHEN act IN ('fail', 'stop', 'refuse', 'take_back', 'ask_statement')
      THEN seq END) AS back_seq,
    max(CASE WHEN act IN ('fail', 'stop', 'refuse', 'take_back', 'ask_statement')
      THEN happened_at END) AS back_at
  FROM event
  WHERE kind IN ('people_mediation', 'pre_litigation_mediation')
    AND act IN ('fail', 'tell_routes', 'refuse', 'return_to_court', 'stop', 'take_back',
      'ask_statement')
  GROUP BY matter_id
)
SELECT m.matter_id, 'routes_untold' AS cause, a.refused_seq AS seq
FROM matter m
JOIN acts a ON a.matter_id = m.matter_id
CROSS JOIN today t
WHERE m.kind = 'people_mediation' AND m.state = 'refused'
  AND t.at > a.refused_at + INTERVAL 3 DAY
UNION ALL
SELECT m.matter_id, 'not_returned' AS cause, a.failed_seq AS seq
FROM matter m
JOIN acts a ON a.matter_id = m.matter_id
CROSS JOIN today t
WHERE m.kind = 'people_mediation' AND m.state = 'failed' AND m.referred_by = 'court'
  AND a.returned_seq IS NULL AND t.at > a.failed_at + INTERVAL 7 DAY
UNION ALL
SELECT m.matter_id, 'not_filed' AS cause, a.back_seq AS seq
FROM matter m
JOIN acts a ON a.matter_id = m.matter_id
CROSS JOIN today t
WHERE m.kind = 'pre_litigation_mediation' AND m.state = 'to_file'
  AND t.at > a.back_at + INTERVAL 14 DAY
