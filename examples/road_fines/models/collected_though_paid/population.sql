SELECT 'of' AS measure, count(collected_seq) AS n FROM fine
