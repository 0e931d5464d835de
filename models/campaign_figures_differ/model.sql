-- Figures are derived from the matters that joined (and did not leave); a typed one must agree.
WITH joined AS (
  SELECT matter_id, joined_matter, max(CASE WHEN act = 'join_matter' THEN seq ELSE 0 END) AS came,
    max(CASE WHEN act = 'leave_matter' THEN seq ELSE 0 END) AS went
  FROM event
  WHERE kind = 'campaign' AND act IN ('join_matter', 'leave_matter')
  GROUP BY matter_id, joined_matter
), counted AS (
  SELECT matter_id, count(*) AS n FROM joined WHERE came > went GROUP BY matter_id
), told AS (
  SELECT matter_id, regexp_extract(summary_text, '([0-9]+) ?(件|起)', 1) AS figure
  FROM matter
  WHERE kind = 'campaign' AND summary_text IS NOT NULL
)
SELECT e.matter_id, 'differs' AS cause, max(e.seq) AS seq
FROM event e
JOIN told t ON t.matter_id = e.matter_id
LEFT JOIN counted c ON c.matter_id = e.matter_id
WHERE e.kind = 'campaign' AND e.act = 'sum_up' AND t.figure <> ''
  AND CAST(t.figure AS BIGINT) <> coalesce(c.n, 0)
GROUP BY e.matter_id
