-- A judgment was pronounced and stays neither served nor effective nor appealed.
WITH acts AS (
  SELECT matter_id,
    max(CASE WHEN act IN ('pronounce', 'pronounce_later') THEN seq END) AS said_seq,
    max(CASE WHEN act IN ('pronounce', 'pronounce_later') THEN happened_at END) AS said_at,
    max(CASE WHEN act = 'serve_defendant' THEN seq END) AS defendant_seq,
    max(CASE WHEN act IN ('serve_plaintiff', 'serve_prosecution') THEN seq END) AS other_seq,
    max(CASE WHEN act IN ('serve_defendant', 'serve_plaintiff', 'serve_prosecution')
      THEN happened_at END) AS served_at
  FROM event
  WHERE kind IN ('civil_first_instance', 'criminal_first_instance')
    AND act IN ('pronounce', 'pronounce_later', 'serve_defendant', 'serve_plaintiff',
      'serve_prosecution')
  GROUP BY matter_id
)
SELECT m.matter_id, 'not_served' AS cause, a.said_seq AS seq
FROM matter m
JOIN acts a ON a.matter_id = m.matter_id
CROSS JOIN today t
WHERE m.kind IN ('civil_first_instance', 'criminal_first_instance') AND m.state = 'judged'
  AND (a.defendant_seq IS NULL OR a.other_seq IS NULL) AND t.at > a.said_at + INTERVAL 15 DAY
UNION ALL
SELECT m.matter_id, 'not_effective' AS cause, greatest(a.defendant_seq, a.other_seq) AS seq
FROM matter m
JOIN acts a ON a.matter_id = m.matter_id
CROSS JOIN today t
WHERE m.kind IN ('civil_first_instance', 'criminal_first_instance') AND m.state = 'judged'
  AND a.defendant_seq IS NOT NULL AND a.other_seq IS NOT NULL
  AND t.at > a.served_at + INTERVAL 55 DAY
