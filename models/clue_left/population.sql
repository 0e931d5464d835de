SELECT 'of' AS measure, count(*) AS n FROM matter WHERE kind = 'supervision_clue'
