SELECT 'of' AS measure, count(DISTINCT matter_id) AS n
FROM event
WHERE (kind IN ('arrest_review', 'prosecution_review') AND act = 'accept')
  OR (kind = 'public_security_case' AND act IN ('tell', 'tell_by_notice'))
