-- Held up to 24 hours because detention was likely; the case ended without, or after three days
-- no coercive measure was taken.
SELECT e.matter_id, 'no_detention' AS cause, e.seq
FROM event e
JOIN matter m ON m.matter_id = e.matter_id
WHERE e.kind = 'public_security_case' AND e.act = 'lengthen_asking'
  AND e.asking_ground = 'detention'
  AND m.state IN ('punished', 'not_punished', 'mediated', 'terminated')
  AND coalesce(m.detention_days, 0) = 0
UNION ALL
SELECT e.matter_id, 'no_measure', e.seq
FROM event e
JOIN matter s ON s.matter_id = e.matter_id
CROSS JOIN today t
WHERE e.kind = 'custody_stay' AND e.act = 'lengthen_summons'
  AND s.from_matter IS NOT NULL AND t.at > e.happened_at + INTERVAL 3 DAY
  AND NOT EXISTS (
    SELECT 1 FROM event c
    WHERE c.matter_id = s.from_matter AND c.kind = 'criminal_case'
      AND c.act IN ('approve_detention', 'detain', 'ask_arrest', 'arrest', 'bail', 'watch'))
