-- An event that a grid worker or a sensor reported has no reporter who could be satisfied. A rating
-- is the citizen's: nobody who took a step of the matter in another role can have entered it. What
-- citizens enter themselves is the public's, of no organ.
SELECT c.matter_id, 'nobody_to_ask' AS cause, c.seq
FROM event c
JOIN event r ON r.matter_id = c.matter_id AND r.seq = 1
WHERE c.kind = 'grid_event' AND c.act = 'close' AND c.reporter_view = 'satisfied'
  AND r.kind = 'grid_event' AND r.act = 'report'
UNION
SELECT e.matter_id, 'entered_by_staff', e.seq
FROM rating g
JOIN event e ON e.matter_id = g.matter_id AND e.seq = g.seq
JOIN event h ON h.matter_id = e.matter_id AND h.person = e.person AND h.role <> e.role
WHERE e.act IN ('rate', 'evaluate') AND e.organ <> 'public'
