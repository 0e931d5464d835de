SELECT 'of' AS measure, count(*) AS n
FROM matter p
JOIN matter c ON c.matter_id = p.from_matter
WHERE p.kind = 'case_property'
  AND c.state IN ('punished', 'not_punished', 'mediated', 'terminated', 'to_criminal', 'dropped',
    'not_prosecuted')
