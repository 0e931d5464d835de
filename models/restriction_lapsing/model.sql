-- The term of a seizure or freezing order ends within thirty days, or ended and nobody noted it.
SELECT c.matter_id, c.clock AS cause, c.start_seq AS seq
FROM clock c
JOIN matter m ON m.matter_id = c.matter_id
CROSS JOIN today t
WHERE c.status IN ('running', 'overdue') AND t.at > c.legal_due - INTERVAL 30 DAY
  AND ((m.kind IN ('enforcement', 'property_penalty_enforcement')
      AND ((c.rule = 'deposit' AND m.deposit_held) OR (c.rule = 'movable' AND m.movable_held)
        OR (c.rule = 'estate' AND m.estate_held)))
    OR (m.kind = 'vehicle_control' AND c.rule = 'validity' AND m.in_force)
    OR (m.kind = 'case_property' AND c.rule IN ('frozen', 'frozen_year', 'frozen_long')
      AND m.closed_at IS NULL))
