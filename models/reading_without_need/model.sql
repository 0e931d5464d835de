-- What is found is the opening of one file, never a person: a file opened "to handle" that its
-- reader neither handled before nor within ten days, one of twenty such in an hour; or one of
-- twenty opened in a day on the same stated reason. The event told is the opening of the matter.
WITH handled AS (
  SELECT r.matter_id, r.person, date_trunc('hour', r.read_at) AS hour
  FROM reading r
  CROSS JOIN today t
  WHERE r.purpose LIKE 'handle%' AND r.person IS NOT NULL
    AND r.read_at + INTERVAL 10 DAY <= t.at
    AND NOT EXISTS (
      SELECT 1
      FROM event e
      WHERE e.matter_id = r.matter_id AND e.person = r.person
        AND e.happened_at <= r.read_at + INTERVAL 10 DAY
    )
), many AS (
  SELECT person, hour
  FROM handled
  GROUP BY person, hour
  HAVING count(DISTINCT matter_id) >= 20
), reasoned AS (
  SELECT matter_id, person, purpose, date_trunc('day', read_at) AS day
  FROM reading
  WHERE purpose LIKE 'supervise: %' AND person IS NOT NULL
), repeated AS (
  SELECT person, purpose, day
  FROM reasoned
  GROUP BY person, purpose, day
  HAVING count(DISTINCT matter_id) >= 20
)
SELECT DISTINCT h.matter_id, 'browsing' AS cause, 1 AS seq
FROM handled h
JOIN many m ON m.person = h.person AND m.hour = h.hour
UNION
SELECT DISTINCT r.matter_id, 'same_reason', 1
FROM reasoned r
JOIN repeated p ON p.person = r.person AND p.purpose = r.purpose AND p.day = r.day
