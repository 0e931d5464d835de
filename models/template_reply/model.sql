-- The same words for many different matters answer none of them. Only the last wording of a matter
-- counts; spaces, line breaks and case make no difference. A reviewer who says why is not told.
WITH written AS (
  SELECT matter_id, seq, kind, organ, happened_at,
    CASE kind WHEN 'chief_letter' THEN reply_text WHEN 'idea' THEN answer_text
      WHEN 'petition' THEN opinion_text WHEN 'governance_dispute' THEN hearing_note
      ELSE measures END AS words,
    row_number() OVER (PARTITION BY matter_id ORDER BY seq DESC) AS newest
  FROM event
  WHERE (kind = 'chief_letter' AND act = 'draft')
    OR (kind = 'idea' AND act IN ('adopt', 'decline'))
    OR (kind = 'petition' AND act IN ('decide', 'reply_suggestion'))
    OR (kind = 'governance_dispute' AND act = 'listen')
    OR (kind = 'bad_rating' AND act = 'reply')
), plain AS (
  SELECT w.matter_id, w.seq, w.kind, w.organ, w.happened_at,
    lower(replace(replace(replace(w.words, ' ', ''), '　', ''), chr(10), '')) AS words
  FROM written w
  JOIN matter m ON m.matter_id = w.matter_id
  WHERE w.newest = 1 AND m.template_reason IS NULL
    AND coalesce(m.letter_class, '') <> 'thanks'
), counted AS (
  SELECT matter_id, seq, kind,
    count(*) OVER (PARTITION BY kind, organ, words ORDER BY happened_at
      RANGE BETWEEN INTERVAL 30 DAY PRECEDING AND INTERVAL 30 DAY FOLLOWING) AS same
  FROM plain
  WHERE length(words) >= 8
)
SELECT matter_id, kind AS cause, seq
FROM counted
WHERE same >= 3
