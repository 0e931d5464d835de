SELECT 'of' AS measure, count(*) AS n
FROM (
  SELECT matter_id FROM event WHERE kind = 'grid_event' AND act = 'close'
  UNION
  SELECT matter_id FROM event WHERE kind IN ('bad_rating', 'call_back') AND act = 'call'
) told
