SELECT 'of' AS measure, count(*) AS n
FROM matter
WHERE kind = 'court_appearance' AND state IN ('attended', 'silent', 'substituted', 'suggested')
UNION ALL
SELECT 'silent', count(*) FROM matter WHERE kind = 'court_appearance' AND state = 'silent'
