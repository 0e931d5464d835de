SELECT 'of' AS measure, count(*) AS n
FROM reading
WHERE purpose LIKE 'handle%' OR purpose LIKE 'supervise: %'
