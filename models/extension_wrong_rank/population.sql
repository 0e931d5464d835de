SELECT 'of' AS measure, count(*) AS n
FROM event
WHERE act IN ('extend', 'lengthen_asking', 'lengthen_summons', 'lengthen_second', 'uphold_second')
