SELECT 'of' AS measure, count(*) AS n
FROM matter
WHERE concerned_matter IS NOT NULL AND kind IN ('fault_inquiry', 'case_review',
  'enforcement_supervision_case', 'rectification')
