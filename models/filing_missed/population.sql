SELECT 'of' AS measure, count(*) AS n
FROM (
  SELECT matter_id
  FROM event
  WHERE kind = 'alarm'
  GROUP BY matter_id
  HAVING max(CASE WHEN category IN ('criminal', 'public_security') THEN 1 ELSE 0 END) = 1
    AND max(CASE WHEN loss_stated OR injured > 0 THEN 1 ELSE 0 END) = 1
) harmed
