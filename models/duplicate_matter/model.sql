-- The later of two: same kind, same place, same words within three days of the earlier, which had
-- not ended; or the same party by telephone and the same gist within thirty days. Alarms and police
-- cases have a model of their own.
WITH place_words AS (
  SELECT matter_id, kind, place, opened_at, closed_at,
    lower(replace(replace(coalesce(what, gist), ' ', ''), '　', '')) AS words
  FROM matter
  WHERE kind IN ('grid_event', 'visit_problem', 'mass_claims_incident', 'hazard_spot')
    AND place IS NOT NULL AND merged_into IS NULL AND state <> 'rejected'
    AND coalesce(what, gist) IS NOT NULL
), by_place AS (
  SELECT matter_id, opened_at,
    lag(opened_at) OVER (PARTITION BY kind, place, words ORDER BY opened_at, matter_id) AS before,
    lag(closed_at) OVER (PARTITION BY kind, place, words ORDER BY opened_at, matter_id) AS ended
  FROM place_words
), party_words AS (
  SELECT DISTINCT m.matter_id, m.kind, m.opened_at, m.closed_at, p.party,
    lower(replace(replace(m.gist, ' ', ''), '　', '')) AS words
  FROM matter m
  JOIN party p ON p.matter_id = m.matter_id
  WHERE m.kind IN ('governance_dispute', 'chief_letter', 'petition', 'idea')
    AND p.known_by = 'phone' AND m.gist IS NOT NULL AND m.merged_into IS NULL
    AND m.state NOT IN ('dropped', 'declined')
), by_party AS (
  SELECT matter_id, opened_at,
    lag(opened_at) OVER (PARTITION BY kind, party, words ORDER BY opened_at, matter_id) AS before,
    lag(closed_at) OVER (PARTITION BY kind, party, words ORDER BY opened_at, matter_id) AS ended
  FROM party_words
)
SELECT matter_id, 'same_place' AS cause, 1 AS seq
FROM by_place
WHERE opened_at <= before + INTERVAL 3 DAY AND (ended IS NULL OR ended > opened_at)
UNION
SELECT matter_id, 'same_party', 1
FROM by_party
WHERE opened_at <= before + INTERVAL 30 DAY AND (ended IS NULL OR ended > opened_at)
