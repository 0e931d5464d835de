-- The case that seized it ended thirty days ago (by the case itself, or as noted in the property);
-- the property still lies without a decision, and nothing has been done with it in thirty days
-- (claimed, appraised, brought back).
SELECT p.matter_id, 'undecided' AS cause, p.last_seq AS seq
FROM matter p
JOIN event l ON l.matter_id = p.matter_id AND l.seq = p.last_seq
LEFT JOIN matter c ON c.matter_id = p.from_matter
CROSS JOIN today t
WHERE p.kind = 'case_property' AND p.state IN ('seized', 'stored', 'borrowed', 'frozen')
  AND p.closed_at IS NULL
  AND l.kind = 'case_property' AND t.at > l.happened_at + INTERVAL 30 DAY
  AND (l.act = 'case_ended'
    OR (c.state IN ('punished', 'not_punished', 'mediated', 'terminated', 'to_criminal', 'dropped',
        'not_prosecuted')
      AND t.at > c.closed_at + INTERVAL 30 DAY))
