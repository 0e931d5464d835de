-- A group is closed while fewer are settled than were counted. Closed again with all: gone.
SELECT e.matter_id, replace(e.act, 'close_', '') AS cause, max(e.seq) AS seq
FROM event e
JOIN matter m ON m.matter_id = e.matter_id
WHERE e.kind = 'mass_claims_incident'
  AND ((e.act = 'close_staff' AND m.staff_settled < m.staff_count)
    OR (e.act = 'close_suppliers' AND m.suppliers_settled < m.suppliers_count)
    OR (e.act = 'close_tenants' AND m.tenants_settled < m.tenants_count)
    OR (e.act = 'close_consumers' AND m.consumers_settled < m.consumers_count))
GROUP BY e.matter_id, e.act
