-- One row an entry of a dismissal code; NIL says that the fine stands.
SELECT matter_id, seq, act, dismissal
FROM event
WHERE dismissal <> 'NIL'
