-- A case was received, its day is over (for cases received after 20:00 the next day as well), and
-- neither the inspector nor the legal officer has looked at it.
WITH received AS (
  SELECT matter_id,
    min(CASE WHEN act IN ('receive', 'receive_transfer', 'take_over') THEN happened_local END) AS received_at,
    max(CASE WHEN act = 'daily_check' THEN 1 ELSE 0 END) AS checked
  FROM event
  WHERE kind IN ('public_security_case', 'criminal_case')
    AND act IN ('receive', 'receive_transfer', 'take_over', 'daily_check')
  GROUP BY matter_id
)
SELECT r.matter_id, 'unchecked' AS cause, 1 AS seq
FROM received r
JOIN matter m ON m.matter_id = r.matter_id
CROSS JOIN today t
WHERE r.checked = 0 AND m.merged_into IS NULL
  AND t.at_local >= CAST(CAST(r.received_at + INTERVAL 4 HOUR AS DATE) AS TIMESTAMP) + INTERVAL 1 DAY
