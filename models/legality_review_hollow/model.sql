-- Authority, procedure and content of a major decision are not read within the hour; an opinion is
-- about its own draft; a certificate number is one person's.
WITH given AS (
  SELECT matter_id, seq, happened_at, person, reviewer_certificate,
    lower(replace(replace(review_text, ' ', ''), '　', '')) AS words
  FROM event
  WHERE kind = 'legality_review' AND act = 'review'
), sent AS (
  SELECT g.matter_id, g.seq, max(s.happened_at) AS sent_at
  FROM given g
  JOIN event s ON s.matter_id = g.matter_id AND s.seq < g.seq
  WHERE s.kind = 'legality_review' AND s.act = 'submit'
  GROUP BY g.matter_id, g.seq
), repeated AS (
  SELECT words FROM given
  WHERE length(words) >= 8
  GROUP BY words
  HAVING count(DISTINCT matter_id) > 1
), shared AS (
  SELECT reviewer_certificate FROM given
  GROUP BY reviewer_certificate
  HAVING count(DISTINCT person) > 1
)
SELECT g.matter_id, 'within_the_hour' AS cause, g.seq
FROM given g
JOIN sent s ON s.matter_id = g.matter_id AND s.seq = g.seq
WHERE g.happened_at < s.sent_at + INTERVAL 1 HOUR
UNION ALL
SELECT g.matter_id, 'same_words', g.seq
FROM given g
JOIN repeated r ON r.words = g.words
UNION ALL
SELECT g.matter_id, 'certificate_of_another', g.seq
FROM given g
JOIN shared s ON s.reviewer_certificate = g.reviewer_certificate
