SELECT 'of' AS measure, count(*) AS n
FROM event
WHERE (kind = 'alarm' AND act = 'store_recordings') OR (kind = 'evidence' AND act = 'upload')
