-- Accepted by law on the last day of the five working days, not on the day somebody noted it. The
-- clock tells its end as the midnight after that day, in UTC; seven hours later it is still that
-- day on the clocks here.
WITH ended AS (
  SELECT matter_id, max(legal_due) AS legal_due
  FROM clock
  WHERE rule = 'review'
  GROUP BY matter_id
)
SELECT m.matter_id, 'late' AS cause, max(e.seq) AS seq
FROM matter m
JOIN ended c ON c.matter_id = m.matter_id
JOIN event e ON e.matter_id = m.matter_id
WHERE m.kind = 'administrative_reconsideration' AND e.act = 'note_deemed'
  AND m.deemed_on > CAST(c.legal_due + INTERVAL 7 HOUR AS DATE)
GROUP BY m.matter_id
