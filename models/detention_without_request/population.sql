SELECT 'of' AS measure, count(*) AS n
FROM clock c
JOIN matter m ON m.matter_id = c.matter_id
WHERE m.kind = 'criminal_case' AND c.rule IN ('ask_arrest', 'custody', 'custody_nameless')
