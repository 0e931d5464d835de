SELECT 'of' AS measure, count(DISTINCT matter_id) AS n
FROM event
WHERE kind IN ('public_security_case', 'criminal_case') AND act IN ('tell', 'transfer_case')
