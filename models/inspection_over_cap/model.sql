-- The officer writes how many visits are left; the record of visits tells how many there were.
-- Visits set off by complaints, transfers or warnings do not count against the cap.
WITH visit AS (
  SELECT e.matter_id, min(e.seq) AS seq, min(e.happened_local) AS visited
  FROM event e
  WHERE e.kind = 'administrative_inspection' AND e.act = 'show_certificates'
  GROUP BY e.matter_id
), counted AS (
  SELECT v.matter_id, v.seq, m.yearly_cap,
    row_number() OVER (
      PARTITION BY m.inspecting_organ, m.target_code, year(v.visited)
      ORDER BY v.visited, v.matter_id
    ) AS nth
  FROM visit v
  JOIN matter m ON m.matter_id = v.matter_id
  WHERE m."trigger" = 'plan' AND m.target_code IS NOT NULL
)
SELECT matter_id, 'over_cap' AS cause, seq
FROM counted
WHERE nth > yearly_cap
