-- A clock on holding a person ended late or has run out; what follows its start is its proof.
SELECT c.matter_id, c.rule AS cause, c.start_seq AS seq
FROM clock c
JOIN matter m ON m.matter_id = c.matter_id
WHERE c.status IN ('overdue', 'ended_late') AND m.merged_into IS NULL
  AND ((m.kind = 'custody_stay' AND c.rule IN ('asking', 'summons'))
    OR (m.kind = 'public_security_case' AND c.rule IN ('asking', 'continued')))
