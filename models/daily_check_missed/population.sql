WITH received AS (
  SELECT matter_id,
    min(CASE WHEN act IN ('receive', 'receive_transfer', 'take_over') THEN happened_local END) AS received_at,
    min(CASE WHEN act = 'daily_check' THEN happened_local END) AS checked_at
  FROM event
  WHERE kind IN ('public_security_case', 'criminal_case')
    AND act IN ('receive', 'receive_transfer', 'take_over', 'daily_check')
  GROUP BY matter_id
),
due AS (
  SELECT checked_at,
    CAST(CAST(received_at + INTERVAL 4 HOUR AS DATE) AS TIMESTAMP) + INTERVAL 1 DAY AS due_at
  FROM received
)
SELECT 'of' AS measure, count(*) AS n
FROM due CROSS JOIN today WHERE today.at_local >= due.due_at
UNION ALL
SELECT 'late', count(*) FROM due WHERE checked_at >= due_at
