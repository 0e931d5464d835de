-- A clock on detention or custody after arrest has run out, or ended after its day.
SELECT c.matter_id, c.rule AS cause, c.start_seq AS seq
FROM clock c
JOIN matter m ON m.matter_id = c.matter_id
WHERE m.kind = 'criminal_case' AND m.merged_into IS NULL
  AND c.rule IN ('ask_arrest', 'custody', 'custody_nameless')
  AND c.status IN ('overdue', 'ended_late')
