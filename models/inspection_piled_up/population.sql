SELECT 'of' AS measure, count(DISTINCT e.matter_id) AS n
FROM event e
JOIN matter m ON m.matter_id = e.matter_id
WHERE e.kind = 'administrative_inspection' AND e.act = 'show_certificates' AND m."trigger" = 'plan'
