-- A step finished on a later day than it was due; the step itself proves it.
SELECT matter_id, concat('step ', seq) AS cause, seq,
       CAST(date_diff('day', due_on, finished_on) AS DOUBLE) AS weight
FROM event
WHERE finished_on > due_on
