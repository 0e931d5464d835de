SELECT 'of' AS measure, count(*) AS n
FROM (
  SELECT matter_id
  FROM event
  WHERE kind = 'alarm'
  GROUP BY matter_id
  HAVING max(CASE WHEN act = 'store_recordings' THEN 1 ELSE 0 END) = 1
    AND max(CASE WHEN injured > 0 OR obstructed OR act = 'withdraw_alarm' THEN 1 ELSE 0 END) = 1
) must
