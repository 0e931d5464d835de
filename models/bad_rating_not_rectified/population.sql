SELECT 'of' AS measure, count(*) AS n
FROM matter
WHERE kind = 'bad_rating'
