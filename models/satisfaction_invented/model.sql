-- An event that a grid worker or a sensor reported has no reporter who could be satisfied. A rating
-- is the citizen's: nobody who took a step of the matter in another role can have entered it. What
-- citizens enter themselves is the public's, of no organ. The kinds named are those a citizen
-- gives a score from one to five.
WITH entered AS (
  SELECT matter_id, seq, person, role
  FROM event
  WHERE act IN ('rate', 'evaluate') AND score IS NOT NULL AND organ <> 'public' AND kind IN (
    'administrative_inspection', 'governance_dispute', 'grid_event', 'petition',
    'procuratorial_petition', 'service_item', 'visit_problem'
  )
)
SELECT c.matter_id, 'nobody_to_ask' AS cause, c.seq
FROM event c
JOIN event r ON r.matter_id = c.matter_id
WHERE c.kind = 'grid_event' AND c.act = 'close' AND c.reporter_view = 'satisfied'
  AND r.kind = 'grid_event' AND r.act = 'report'
UNION
SELECT e.matter_id, 'entered_by_staff', e.seq
FROM entered e
JOIN event h ON h.matter_id = e.matter_id AND h.person = e.person AND h.role <> e.role
WHERE h.kind IN (
    'administrative_inspection', 'governance_dispute', 'grid_event', 'petition',
    'procuratorial_petition', 'service_item', 'visit_problem'
)
