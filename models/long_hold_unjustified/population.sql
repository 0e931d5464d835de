SELECT 'of' AS measure, count(*) AS n
FROM event
WHERE (kind = 'public_security_case' AND act = 'lengthen_asking' AND asking_ground = 'detention')
  OR (kind = 'custody_stay' AND act = 'lengthen_summons')
