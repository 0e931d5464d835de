SELECT 'of' AS measure, count(*) AS n
FROM matter
WHERE (kind = 'property_penalty_enforcement' AND state IN ('done', 'ended_this_time'))
  OR (kind = 'enforcement' AND (sold_price IS NOT NULL OR freeze_amount IS NOT NULL))
  OR (kind = 'public_hearing' AND listeners_present IS NOT NULL)
  OR (kind = 'petition' AND representatives IS NOT NULL)
  OR (kind = 'administrative_inspection' AND cap_left IS NOT NULL)
  OR (kind = 'alarm' AND injured IS NOT NULL)
