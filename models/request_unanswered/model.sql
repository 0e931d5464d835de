-- A question to another organ whose time is over and that nobody has answered; the cause is whom.
SELECT matter_id, to_organ AS cause, seq
FROM request
WHERE status = 'overdue'
