SELECT 'of' AS measure, count(recorded_at) AS n FROM event
