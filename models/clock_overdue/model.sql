-- A clock that binds the handling organ has run out and nobody has stopped it.
SELECT matter_id, clock AS cause, start_seq AS seq
FROM clock
WHERE whose = 'organ' AND status = 'overdue'
