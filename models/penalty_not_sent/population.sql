SELECT 'of' AS measure, count(*) AS n
FROM matter
WHERE kind = 'criminal_first_instance' AND has_penalty AND effective_on IS NOT NULL
