-- An agreement whose day of performance is a month gone and nobody wrote down what became of it.
WITH visits AS (
  SELECT matter_id,
    max(CASE WHEN act IN ('agree_written', 'agree_oral', 'agree') THEN seq END) AS agreed_seq,
    max(CASE WHEN act = 'revisit' THEN seq END) AS visited_seq,
    max(CASE WHEN act = 'revisit' THEN happened_at END) AS visited_at
  FROM event
  WHERE kind IN ('people_mediation', 'pre_litigation_mediation')
    AND act IN ('agree_written', 'agree_oral', 'agree', 'revisit')
  GROUP BY matter_id
)
SELECT m.matter_id,
  CASE WHEN m.kind = 'pre_litigation_mediation' THEN 'undecided'
    WHEN v.visited_seq IS NULL THEN 'unasked' ELSE 'left' END AS cause,
  coalesce(v.visited_seq, v.agreed_seq) AS seq
FROM matter m
JOIN visits v ON v.matter_id = m.matter_id
CROSS JOIN today t
WHERE m.state = 'agreed' AND v.agreed_seq IS NOT NULL
  AND ((m.kind = 'people_mediation' AND t.at_local > m.performance_due + INTERVAL 31 DAY
      AND (v.visited_at IS NULL OR t.at > v.visited_at + INTERVAL 30 DAY))
    OR (m.kind = 'pre_litigation_mediation' AND t.at_local > m.effective_on + INTERVAL 61 DAY))
