SELECT 'of' AS measure, count(*) AS n
FROM clock c
JOIN matter m ON m.matter_id = c.matter_id
WHERE (m.kind = 'custody_stay' AND c.rule IN ('asking', 'summons'))
  OR (m.kind = 'public_security_case' AND c.rule IN ('asking', 'continued'))
