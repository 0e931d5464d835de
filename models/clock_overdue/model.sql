-- A clock that binds the handling organ has run out and nobody has stopped it. A rectification
-- that is late is raised to the organ above by its own procedure, not by another rectification; a
-- whistle nobody came to is laid to the department that was called (whistle_no_report_in).
SELECT c.matter_id, c.clock AS cause, c.start_seq AS seq
FROM clock c
JOIN matter m ON m.matter_id = c.matter_id
WHERE c.whose = 'organ' AND c.status = 'overdue' AND m.kind <> 'rectification'
  AND NOT (m.kind = 'whistle' AND c.rule = 'report_in')
