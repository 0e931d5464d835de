SELECT 'of' AS measure, count(DISTINCT matter_id) AS n FROM event WHERE act = '办理权属登记'
UNION ALL
SELECT 'matters', count(*) FROM matter
