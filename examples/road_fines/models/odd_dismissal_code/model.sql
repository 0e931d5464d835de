-- A dismissal under a code that nobody can tell: neither # (prefect) nor G (judge).
SELECT matter_id, concat(dismissal, ' (', act, ')') AS cause, seq
FROM dismissal
WHERE dismissal NOT IN ('#', 'G')
