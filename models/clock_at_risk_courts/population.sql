SELECT 'of' AS measure, count(*) AS n
FROM clock c
JOIN matter m ON m.matter_id = c.matter_id
WHERE c.status = 'running' AND c.whose = 'organ'
  AND c.legal_due >= c.started_at + INTERVAL 1 DAY
  AND m.kind IN (
    'civil_first_instance', 'criminal_first_instance', 'enforcement',
    'judicial_confirmation', 'pre_litigation_mediation', 'judicial_suggestion',
    'vehicle_control', 'property_penalty_enforcement', 'linkage_opinion',
    'court_appearance'
  )
