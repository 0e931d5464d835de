SELECT 'of' AS measure, count(*) AS n
FROM reading
WHERE clear > 0
