-- Property was found and for thirty days nobody froze, seized or collected any, or said why not.
WITH last AS (
  SELECT matter_id,
    max(CASE WHEN search_result = 'found' OR clue_result = 'found' THEN seq END) AS found_seq,
    max(CASE WHEN search_result = 'found' OR clue_result = 'found' THEN happened_at END)
      AS found_at,
    max(CASE WHEN act IN ('freeze_deposit', 'renew_deposit', 'seize_movable', 'renew_movable',
      'seize_estate', 'renew_estate', 'control_vehicle', 'money_in', 'ask_linkage', 'remark')
      THEN seq END) AS held_seq
  FROM event
  WHERE kind IN ('enforcement', 'property_penalty_enforcement')
  GROUP BY matter_id
)
SELECT m.matter_id, 'not_held' AS cause, x.found_seq AS seq
FROM matter m
JOIN last x ON x.matter_id = m.matter_id
CROSS JOIN today t
WHERE m.kind IN ('enforcement', 'property_penalty_enforcement')
  AND m.state IN ('assigned', 'enforcing', 'ended_this_time')
  AND coalesce(x.held_seq, 0) < x.found_seq AND t.at > x.found_at + INTERVAL 30 DAY
