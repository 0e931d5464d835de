-- A date is a promise: what failed its check is done again sooner, not later.
WITH dated AS (
  SELECT matter_id, seq, act,
    CASE list_term WHEN 'd5' THEN 5 WHEN 'd15' THEN 15 WHEN 'd30' THEN 30 END AS days
  FROM event
  WHERE kind = 'visit_problem' AND act IN ('list', 'check_fail')
), told AS (
  SELECT matter_id, seq, act, days,
    lag(days) OVER (PARTITION BY matter_id ORDER BY seq) AS days_before,
    sum(CASE WHEN act = 'check_fail' THEN 1 ELSE 0 END)
      OVER (PARTITION BY matter_id ORDER BY seq) AS failed
  FROM dated
)
SELECT matter_id, 'longer_term' AS cause, seq
FROM told
WHERE act = 'check_fail' AND days > days_before
UNION ALL
SELECT matter_id, 'failed_twice', seq
FROM told
WHERE act = 'check_fail' AND failed >= 2
