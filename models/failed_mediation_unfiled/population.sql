SELECT 'of' AS measure, count(DISTINCT matter_id) AS n
FROM event
WHERE (kind = 'people_mediation' AND act IN ('fail', 'refuse'))
  OR (kind = 'pre_litigation_mediation'
    AND act IN ('fail', 'stop', 'refuse', 'take_back', 'ask_statement'))
