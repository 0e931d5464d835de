SELECT 'of' AS measure, count(*) AS n
FROM clock c
JOIN matter m ON m.matter_id = c.matter_id
WHERE c.status = 'running' AND c.whose = 'organ'
  AND c.legal_due >= c.started_at + INTERVAL 1 DAY
  AND m.kind IN (
    'administrative_inspection', 'administrative_reconsideration', 'legality_review',
    'enforcement_supervision_case', 'fault_inquiry', 'case_review'
  )
