SELECT 'of' AS measure, count(DISTINCT matter_id) AS n
FROM event
WHERE (kind = 'criminal_first_instance'
    AND act IN ('pronounce', 'pronounce_later', 'transfer_property'))
  OR (kind = 'civil_first_instance' AND act IN ('file', 'file_returned'))
  OR (kind = 'people_mediation' AND act = 'revisit')
  OR (kind = 'vehicle_control' AND act = 'drop')
  OR (kind = 'pre_litigation_mediation' AND act = 'fail')
