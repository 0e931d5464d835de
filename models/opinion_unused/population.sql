SELECT 'of' AS measure, count(DISTINCT m.matter_id) AS n
FROM matter o
JOIN matter m ON m.matter_id = o.from_matter
WHERE o.kind = 'linkage_opinion' AND o.state = 'delivered' AND m.kind = 'enforcement'
  AND m.closed_at IS NULL
