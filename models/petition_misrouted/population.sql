SELECT 'of' AS measure, count(*) AS n
FROM event
WHERE (kind = 'procuratorial_petition' AND act IN ('pass_on', 'decline'))
  OR (kind = 'petition' AND act = 'pass_report')
