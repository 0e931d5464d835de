SELECT 'of' AS measure, count(*) AS n FROM event WHERE act = 'extend'
