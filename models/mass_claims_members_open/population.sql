SELECT 'of' AS measure, count(*) AS n
FROM (
  SELECT DISTINCT matter_id, act
  FROM event
  WHERE kind = 'mass_claims_incident'
    AND act IN ('close_staff', 'close_suppliers', 'close_tenants', 'close_consumers')
) closed
