-- "Ahead" says the form; less than two hours before the cards were shown is at the door.
WITH told AS (
  SELECT matter_id, max(seq) AS seq, max(happened_at) AS told_at
  FROM event
  WHERE kind = 'administrative_inspection' AND act = 'notify' AND notice_how = 'ahead'
  GROUP BY matter_id
)
SELECT t.matter_id, 'not_ahead' AS cause, t.seq
FROM told t
JOIN event v ON v.matter_id = t.matter_id
WHERE v.kind = 'administrative_inspection' AND v.act = 'show_certificates'
  AND v.happened_at < t.told_at + INTERVAL 2 HOUR
