SELECT 'of' AS measure, count(*) AS n
FROM event
WHERE kind = 'public_security_case' AND act IN ('decide', 'decide_at_station')
