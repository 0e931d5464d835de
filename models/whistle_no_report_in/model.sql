-- The clock of reporting in has run out and the whistle still waits: the department did not come
-- and nobody has noted it. Once a no-show is noted the procedure itself opens a rectification.
SELECT c.matter_id, m.department AS cause, c.start_seq AS seq
FROM clock c
JOIN matter m ON m.matter_id = c.matter_id
WHERE m.kind = 'whistle' AND m.state = 'blown' AND m.department IS NOT NULL
  AND c.rule = 'report_in' AND c.status = 'overdue'
