-- The law allowed longer, but the applicant was given a date. Overdue and still open is told by
-- another model; this one tells what was done after the promised day.
SELECT c.matter_id, 'broken' AS cause, coalesce(c.stop_seq, c.start_seq) AS seq
FROM clock c
JOIN matter m ON m.matter_id = c.matter_id
WHERE c.rule = 'promise' AND c.whose = 'organ' AND c.status = 'ended_late'
  AND m.kind IN ('service_item', 'police_permit')
