-- Written down more than a day after it happened; each such act of a matter is one cause.
SELECT matter_id, act AS cause, seq
FROM event
WHERE recorded_at > happened_at + INTERVAL 24 HOUR
