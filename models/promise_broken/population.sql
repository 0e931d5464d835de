SELECT 'of' AS measure, count(*) AS n
FROM clock
WHERE rule = 'promise' AND whose = 'organ' AND status IN ('met', 'ended_late')
