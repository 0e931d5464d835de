-- Four fifths of the time are gone and nothing is wrong yet: a notice, never a rectification.
SELECT c.matter_id, c.clock AS cause, c.start_seq AS seq
FROM clock c
JOIN matter m ON m.matter_id = c.matter_id
CROSS JOIN today t
WHERE c.status = 'running' AND c.whose = 'organ'
  AND c.legal_due >= c.started_at + INTERVAL 1 DAY AND c.legal_due > t.at
  AND 5 * date_diff('minute', c.started_at, t.at)
    >= 4 * date_diff('minute', c.started_at, c.legal_due)
  AND m.kind IN (
    'civil_first_instance', 'criminal_first_instance', 'enforcement',
    'judicial_confirmation', 'pre_litigation_mediation', 'judicial_suggestion',
    'vehicle_control', 'property_penalty_enforcement', 'linkage_opinion',
    'court_appearance'
  )
