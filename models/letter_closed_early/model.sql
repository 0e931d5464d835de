-- The letter was closed while a task that it opened had not been returned, refused or cancelled.
WITH closing AS (
  SELECT matter_id, max(seq) AS seq, max(happened_at) AS closed_at
  FROM event
  WHERE kind = 'collaboration_letter' AND act = 'close'
  GROUP BY matter_id
),
task AS (
  SELECT m.from_matter, m.matter_id,
    min(CASE WHEN e.act IN ('return_result', 'refuse', 'cancel') THEN e.happened_at END) AS back_at
  FROM matter m
  JOIN event e ON e.matter_id = m.matter_id
  WHERE m.kind = 'collaboration_task' AND m.from_matter IS NOT NULL AND m.merged_into IS NULL
    AND e.kind = 'collaboration_task'
  GROUP BY m.from_matter, m.matter_id
)
SELECT DISTINCT c.matter_id, 'before_all_returned' AS cause, c.seq
FROM closing c
JOIN task t ON t.from_matter = c.matter_id
WHERE t.back_at IS NULL OR t.back_at > c.closed_at
