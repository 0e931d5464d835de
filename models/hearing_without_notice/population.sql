SELECT 'of' AS measure, count(*) AS n
FROM event
WHERE (kind IN ('civil_first_instance', 'criminal_first_instance', 'public_security_case')
    AND act = 'hold_hearing')
  OR (kind = 'public_hearing' AND act = 'introduce')
