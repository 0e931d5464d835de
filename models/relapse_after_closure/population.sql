SELECT 'of' AS measure, count(*) AS n
FROM matter
WHERE kind IN ('people_mediation', 'governance_dispute', 'pre_litigation_mediation')
  AND closed_at IS NOT NULL AND state IN ('archived', 'performed', 'evaluated')
