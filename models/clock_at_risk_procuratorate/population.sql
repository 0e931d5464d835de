SELECT 'of' AS measure, count(*) AS n
FROM clock c
JOIN matter m ON m.matter_id = c.matter_id
WHERE c.status = 'running' AND c.whose = 'organ'
  AND c.legal_due >= c.started_at + INTERVAL 1 DAY
  AND m.kind IN (
    'arrest_review', 'prosecution_review', 'procuratorial_petition',
    'procuratorial_suggestion', 'public_hearing', 'supervision_clue'
  )
