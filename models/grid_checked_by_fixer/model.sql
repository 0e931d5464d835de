-- The rules refuse who gave the feedback and the unit assigned last. A person who signed for it, a
-- unit that had it before it was sent back, a unit that came when called have fixed it as well.
WITH checked AS (
  SELECT matter_id, max(seq) AS seq
  FROM event
  WHERE kind = 'grid_event' AND act = 'check_pass'
  GROUP BY matter_id
), checker AS (
  SELECT e.matter_id, e.seq, e.person, e.organ
  FROM event e
  JOIN checked c ON c.matter_id = e.matter_id AND c.seq = e.seq
  WHERE e.kind = 'grid_event' AND e.act = 'check_pass'
)
SELECT c.matter_id,
  CASE WHEN max(CASE WHEN f.person = c.person THEN 1 ELSE 0 END) = 1 THEN 'fixer'
    WHEN max(CASE WHEN f.act = 'answer' THEN 0 ELSE 1 END) = 1 THEN 'fixing_organ'
    ELSE 'helping_organ' END AS cause,
  c.seq
FROM checker c
JOIN event f ON f.matter_id = c.matter_id AND f.seq < c.seq
  AND (f.person = c.person OR f.organ = c.organ)
WHERE f.kind = 'grid_event'
  AND f.act IN ('sign', 'feedback', 'ask_to_hang', 'take_up_again', 'answer')
GROUP BY c.matter_id, c.seq
