SELECT 'of' AS measure, count(*) AS n
FROM matter
WHERE kind IN ('alarm', 'public_security_case')
