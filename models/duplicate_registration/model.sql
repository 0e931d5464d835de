-- Two alarms within half an hour, or two cases within a day, with the same words at the same
-- place, none merged. The later one is found; its cause is the earlier one.
SELECT b.matter_id, a.matter_id AS cause, 1 AS seq
FROM matter b
JOIN matter a ON a.place = b.place AND a.what = b.what AND a.kind = b.kind
WHERE b.kind IN ('alarm', 'public_security_case') AND a.kind IN ('alarm', 'public_security_case')
  AND a.merged_into IS NULL AND b.merged_into IS NULL
  AND (a.opened_at < b.opened_at OR (a.opened_at = b.opened_at AND a.matter_id < b.matter_id))
  AND b.opened_at <= a.opened_at
    + CASE WHEN b.kind = 'alarm' THEN INTERVAL 30 MINUTE ELSE INTERVAL 24 HOUR END
