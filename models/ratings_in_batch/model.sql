-- Six five-star ratings of one organ within a minute: somebody went through a list.
WITH good AS (
  SELECT matter_id, seq, organ, date_trunc('minute', rated_at) AS minute
  FROM rating
  WHERE stars = 5 AND organ IS NOT NULL
), batch AS (
  SELECT organ, minute
  FROM good
  GROUP BY organ, minute
  HAVING count(DISTINCT matter_id) >= 6
)
SELECT g.matter_id, 'batch' AS cause, g.seq
FROM good g
JOIN batch b ON b.organ = g.organ AND b.minute = g.minute
