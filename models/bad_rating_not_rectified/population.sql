SELECT 'of' AS measure, count(*) AS n
FROM matter
WHERE kind = 'rectification' AND rating IS NOT NULL
