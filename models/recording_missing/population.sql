SELECT 'of' AS measure, count(DISTINCT matter_id) AS n
FROM event
WHERE kind = 'alarm' AND act = 'handle' AND recording_on
