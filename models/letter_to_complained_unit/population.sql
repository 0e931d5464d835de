SELECT 'of' AS measure, count(*) AS n
FROM matter
WHERE kind = 'chief_letter' AND complained_organ IS NOT NULL
