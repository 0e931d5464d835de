-- The rules keep out the unit complained of; a station below it is its own hand, up to two tiers.
-- Registering and assigning is not investigating.
SELECT e.matter_id,
  CASE WHEN e.organ = m.complained_organ THEN 'itself' ELSE 'below' END AS cause,
  e.seq
FROM event e
JOIN matter m ON m.matter_id = e.matter_id
LEFT JOIN organ o ON o.organ = e.organ
LEFT JOIN organ u ON u.organ = o.above
WHERE e.kind = 'chief_letter'
  AND e.act IN ('sign', 'find_facts', 'draft', 'approve_reply', 'send_back_reply', 'reply')
  AND m.complained_organ IS NOT NULL
  AND (e.organ = m.complained_organ OR o.above = m.complained_organ
    OR u.above = m.complained_organ)
