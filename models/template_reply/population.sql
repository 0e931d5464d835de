SELECT 'of' AS measure, count(DISTINCT matter_id) AS n
FROM event
WHERE (kind = 'chief_letter' AND act = 'draft')
  OR (kind = 'idea' AND act IN ('adopt', 'decline'))
  OR (kind = 'petition' AND act IN ('decide', 'reply_suggestion'))
  OR (kind = 'governance_dispute' AND act = 'listen')
  OR (kind = 'bad_rating' AND act = 'reply')
