-- Each organ says that it knows of no other visit; the visits of the enterprise, put in order, tell.
WITH visit AS (
  SELECT matter_id, min(seq) AS seq, min(happened_at) AS visited
  FROM event
  WHERE kind = 'administrative_inspection' AND act = 'show_certificates'
  GROUP BY matter_id
), planned AS (
  SELECT v.matter_id, v.seq, v.visited, m.inspecting_organ, m.joint_with,
    lag(m.inspecting_organ) OVER (PARTITION BY m.target_code ORDER BY v.visited, v.matter_id)
      AS other_organ,
    lag(v.visited) OVER (PARTITION BY m.target_code ORDER BY v.visited, v.matter_id)
      AS other_visit,
    lag(m.joint_with) OVER (PARTITION BY m.target_code ORDER BY v.visited, v.matter_id)
      AS other_joint
  FROM visit v
  JOIN matter m ON m.matter_id = v.matter_id
  WHERE m."trigger" = 'plan' AND m.target_code IS NOT NULL
)
SELECT matter_id, 'piled_up' AS cause, seq
FROM planned
WHERE other_organ <> inspecting_organ AND visited <= other_visit + INTERVAL 30 DAY
  AND joint_with IS NULL AND other_joint IS NULL
