SELECT 'of' AS measure, count(*) AS n FROM matter WHERE suspended
