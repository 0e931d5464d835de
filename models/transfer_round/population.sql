SELECT 'of' AS measure, count(DISTINCT matter_id) AS n
FROM event
WHERE act IN ('transfer', 'return', 'hand_over', 'escalate')
