-- An event that a grid worker or a sensor reported has no reporter who could be satisfied. A rating
-- is the served person's own: who says on the telephone that somebody else gave it is believed.
SELECT c.matter_id, 'nobody_to_ask' AS cause, c.seq
FROM event c
JOIN event r ON r.matter_id = c.matter_id
WHERE c.kind = 'grid_event' AND c.act = 'close' AND c.reporter_view = 'satisfied'
  AND r.kind = 'grid_event' AND r.act = 'report'
UNION
SELECT matter_id, 'not_by_oneself', seq
FROM event
WHERE kind IN ('bad_rating', 'call_back') AND act = 'call' AND NOT rated_oneself
