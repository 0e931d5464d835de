SELECT 'of' AS measure, count(*) AS n FROM dismissal
UNION ALL
SELECT 'codes', count(DISTINCT dismissal) FROM dismissal WHERE dismissal NOT IN ('#', 'G')
UNION ALL
SELECT 'fines', count(DISTINCT matter_id) FROM dismissal WHERE dismissal NOT IN ('#', 'G')
