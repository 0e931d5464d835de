SELECT 'of' AS measure, count(DISTINCT matter_id) AS n
FROM event
WHERE kind IN ('public_security_case', 'criminal_case', 'case_property')
  AND act IN ('approve_summons', 'approve_seizure', 'approve_detention', 'set_ground', 'decide',
    'decide_at_station', 'borrow')
