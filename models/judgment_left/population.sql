SELECT 'of' AS measure, count(*) AS n
FROM matter
WHERE kind IN ('civil_first_instance', 'criminal_first_instance') AND state = 'judged'
