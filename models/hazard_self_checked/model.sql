-- Looked at again by the one who had passed it, or proved with the photographs from before.
WITH act AS (
  SELECT matter_id, seq, act, person, photos_before, photos_after
  FROM event
  WHERE kind = 'hazard_spot'
)
SELECT l.matter_id, 'same_person' AS cause, l.seq
FROM act l
WHERE l.act = 'look_again'
  AND EXISTS (
    SELECT 1 FROM act p
    WHERE p.matter_id = l.matter_id AND p.act = 'check_pass' AND p.person = l.person
      AND p.seq < l.seq)
UNION ALL
SELECT t.matter_id, 'same_photos', t.seq
FROM act t
WHERE t.act = 'treat'
  AND EXISTS (
    SELECT 1 FROM act r
    WHERE r.matter_id = t.matter_id AND r.seq < t.seq AND r.photos_before = t.photos_after)
