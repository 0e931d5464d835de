SELECT 'of' AS measure, count(*) AS n FROM matter WHERE kind = 'grid_event' AND state = 'hung'
