SELECT 'of' AS measure, count(DISTINCT matter_id) AS n
FROM event
WHERE kind IN ('people_mediation', 'pre_litigation_mediation')
  AND act IN ('agree_written', 'agree_oral', 'agree')
