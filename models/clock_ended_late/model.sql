-- The act that stops a clock came after its legal day; the event that started it proves which.
SELECT matter_id, clock AS cause, start_seq AS seq
FROM clock
WHERE whose = 'organ' AND status = 'ended_late'
