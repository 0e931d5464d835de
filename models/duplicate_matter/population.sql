SELECT 'of' AS measure, count(*) AS n
FROM matter
WHERE (kind IN ('grid_event', 'visit_problem', 'mass_claims_incident', 'hazard_spot')
    AND place IS NOT NULL)
  OR (kind IN ('governance_dispute', 'chief_letter', 'petition', 'idea') AND gist IS NOT NULL)
