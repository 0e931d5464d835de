-- Readings in which personal fields were seen in clear: after the end, at night, by somebody who never
-- took a step of the matter; by bodies too many to need it; by the body a letter complains of, or one up
-- to two tiers below. What is found is the matter, never a person; the event told is its opening.
WITH seen AS (
  SELECT r.matter_id, r.person, r.organ, r.read_at,
    EXTRACT(HOUR FROM r.read_at + (t.at_local - t.at)) AS local_hour
  FROM reading r
  CROSS JOIN today t
  WHERE r.clear > 0
), many AS (
  SELECT matter_id
  FROM seen
  GROUP BY matter_id
  HAVING count(DISTINCT organ) >= 6
)
SELECT DISTINCT s.matter_id, 'at_night' AS cause, 1 AS seq
FROM seen s
JOIN matter m ON m.matter_id = s.matter_id
WHERE m.closed_at IS NOT NULL AND s.read_at > m.closed_at
  AND (s.local_hour >= 23 OR s.local_hour < 5)
  AND NOT EXISTS (
    SELECT 1 FROM event e WHERE e.matter_id = s.matter_id AND e.person = s.person)
UNION
SELECT matter_id, 'many_organs', 1
FROM many
UNION
SELECT DISTINCT s.matter_id, 'own_letter', 1
FROM seen s
JOIN matter m ON m.matter_id = s.matter_id
LEFT JOIN organ o ON o.organ = s.organ
LEFT JOIN organ u ON u.organ = o.above
WHERE m.complained_organ IS NOT NULL
  AND (s.organ = m.complained_organ OR o.above = m.complained_organ
    OR u.above = m.complained_organ)
