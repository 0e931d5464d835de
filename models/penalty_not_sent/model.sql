-- An effective judgment with a fine, confiscation or restitution that nobody sent to enforcement.
WITH acts AS (
  SELECT matter_id,
    max(CASE WHEN act = 'take_effect' THEN seq END) AS effect_seq,
    max(CASE WHEN act = 'transfer_property' THEN seq END) AS sent_seq,
    max(CASE WHEN act = 'ask_materials' THEN seq END) AS asked_seq,
    max(CASE WHEN act = 'ask_materials' THEN happened_at END) AS asked_at
  FROM event
  WHERE kind IN ('criminal_first_instance', 'property_penalty_enforcement')
    AND act IN ('take_effect', 'transfer_property', 'ask_materials')
  GROUP BY matter_id
)
SELECT m.matter_id, 'not_sent' AS cause, a.effect_seq AS seq
FROM matter m
JOIN acts a ON a.matter_id = m.matter_id
CROSS JOIN today t
WHERE m.kind = 'criminal_first_instance' AND m.has_penalty AND a.effect_seq IS NOT NULL
  AND a.sent_seq IS NULL AND t.at_local > m.effective_on + INTERVAL 31 DAY
UNION ALL
SELECT m.matter_id, 'materials_left' AS cause, a.asked_seq AS seq
FROM matter m
JOIN acts a ON a.matter_id = m.matter_id
CROSS JOIN today t
WHERE m.kind = 'property_penalty_enforcement' AND m.state = 'lacking'
  AND t.at > a.asked_at + INTERVAL 30 DAY
