SELECT 'of' AS measure, count(*) AS n
FROM event
WHERE kind = 'alarm' AND act IN ('arrive', 'handle', 'mediate')
  AND officers LIKE '["%' AND officers NOT LIKE '%","%'
