-- A dismissal under a code that nobody can tell: neither NIL nor # (prefect) nor G (judge).
SELECT matter_id, concat(dismissal, ' (', act, ')') AS cause, seq
FROM event
WHERE dismissal NOT IN ('NIL', '#', 'G')
