-- A petition went to the very organ it is about (or one below it), or a repeat was turned away.
SELECT m.matter_id, 'to_complained' AS cause, e.seq
FROM matter m
JOIN event e ON e.matter_id = m.matter_id
LEFT JOIN organ o ON o.organ = coalesce(e.receiving_unit, e.discipline_organ)
WHERE m.kind IN ('procuratorial_petition', 'petition')
  AND e.kind IN ('procuratorial_petition', 'petition') AND e.act IN ('pass_on', 'pass_report')
  AND (coalesce(e.receiving_unit, e.discipline_organ) = m.complained_organ
    OR o.above = m.complained_organ)
UNION ALL
SELECT m.matter_id, 'repeat_declined' AS cause, e.seq
FROM matter m
JOIN event e ON e.matter_id = m.matter_id
WHERE m.kind = 'procuratorial_petition' AND m.same_found AND m.state = 'declined'
  AND e.kind = 'procuratorial_petition' AND e.act = 'decline'
