SELECT 'of' AS measure, count(DISTINCT e.matter_id) AS n
FROM event e
JOIN matter m ON m.matter_id = e.matter_id
WHERE e.kind IN ('enforcement', 'property_penalty_enforcement')
  AND (e.search_result = 'found' OR e.clue_result = 'found')
  AND m.state IN ('assigned', 'enforcing', 'ended_this_time')
