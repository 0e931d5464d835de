SELECT 'of' AS measure, count(DISTINCT c.matter_id) AS n
FROM clock c
JOIN matter m ON m.matter_id = c.matter_id
WHERE c.rule IN ('mediate', 'entrusted')
  AND m.kind IN ('people_mediation', 'pre_litigation_mediation', 'civil_first_instance')
