-- A merge stops every clock: into what is over, or is something else, the matter is lost.
SELECT m.matter_id,
  CASE WHEN t.matter_id IS NULL THEN 'unknown'
    WHEN t.kind <> m.kind THEN 'other_kind'
    ELSE 'ended' END AS cause,
  max(e.seq) AS seq
FROM matter m
JOIN event e ON e.matter_id = m.matter_id
LEFT JOIN matter t ON t.matter_id = m.merged_into
WHERE m.merged_into IS NOT NULL AND e.act = 'merge'
GROUP BY m.matter_id, m.kind, t.matter_id, t.kind, t.closed_at
HAVING t.matter_id IS NULL OR t.kind <> m.kind OR t.closed_at < max(e.happened_at)
