SELECT 'of' AS measure, count(*) AS n
FROM matter
WHERE kind = 'alarm' AND state IN ('withdrawn', 'withdrawal_confirmed')
