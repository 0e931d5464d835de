SELECT 'of' AS measure, count(*) AS n
FROM clock c
JOIN matter m ON m.matter_id = c.matter_id
WHERE c.status IN ('running', 'overdue')
  AND ((m.kind IN ('enforcement', 'property_penalty_enforcement')
      AND c.rule IN ('deposit', 'movable', 'estate'))
    OR (m.kind = 'vehicle_control' AND c.rule = 'validity')
    OR (m.kind = 'case_property' AND c.rule IN ('frozen', 'frozen_year', 'frozen_long')))
