-- A complaint or a danger lifts the cap once. The second visit on the same ground is found.
WITH visit AS (
  SELECT matter_id, min(seq) AS seq, min(happened_at) AS visited
  FROM event
  WHERE kind = 'administrative_inspection' AND act = 'show_certificates'
  GROUP BY matter_id
), grounded AS (
  SELECT v.matter_id, v.seq, v.visited, m.inspecting_organ, m.target_code, m.trigger_no,
    m.emergency
  FROM visit v
  JOIN matter m ON m.matter_id = v.matter_id
  WHERE m.emergency OR m.trigger_no IS NOT NULL
), numbered AS (
  SELECT matter_id, seq,
    row_number() OVER (PARTITION BY inspecting_organ, trigger_no ORDER BY visited, matter_id) AS nth
  FROM grounded
  WHERE trigger_no IS NOT NULL
), urgent AS (
  SELECT matter_id, seq, visited,
    lag(visited) OVER (PARTITION BY inspecting_organ, target_code ORDER BY visited, matter_id)
      AS visited_before
  FROM grounded
  WHERE emergency
)
SELECT matter_id, 'trigger_reused' AS cause, seq
FROM numbered
WHERE nth > 1
UNION ALL
SELECT matter_id, 'emergency_again', seq
FROM urgent
WHERE visited <= visited_before + INTERVAL 90 DAY
