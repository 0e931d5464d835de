SELECT 'of' AS measure, count(*) AS n FROM event WHERE kind = 'legality_review' AND act = 'review'
