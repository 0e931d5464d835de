SELECT 'of' AS measure, count(penalty_seq) AS n FROM fine
