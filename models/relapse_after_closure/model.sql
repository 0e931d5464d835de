-- A dispute closed as settled came back within ninety days: same phone, or same name and place.
WITH settled AS (
  SELECT matter_id, kind, closed_at, last_seq, place
  FROM matter
  WHERE kind IN ('people_mediation', 'governance_dispute', 'pre_litigation_mediation')
    AND closed_at IS NOT NULL
    AND state IN ('archived', 'performed', 'evaluated')
),
again AS (
  SELECT matter_id, opened_at, place, from_matter
  FROM matter
  WHERE kind IN ('people_mediation', 'governance_dispute', 'pre_litigation_mediation',
    'alarm', 'civil_first_instance', 'grid_event')
)
SELECT DISTINCT s.matter_id, 'came_back' AS cause, s.last_seq AS seq
FROM settled s
JOIN party p ON p.matter_id = s.matter_id
JOIN party q ON q.party = p.party AND q.matter_id <> p.matter_id
JOIN again a ON a.matter_id = q.matter_id
WHERE a.opened_at > s.closed_at AND a.opened_at <= s.closed_at + INTERVAL 90 DAY
  AND coalesce(a.from_matter, '') <> s.matter_id
  AND (p.known_by = 'phone' OR a.place = s.place)
