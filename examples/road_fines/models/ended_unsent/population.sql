SELECT 'of' AS measure, count(CASE WHEN sent_seq = last_seq THEN 1 END) AS n FROM fine
UNION ALL
SELECT 'paid',
       count(CASE WHEN sent_seq = last_seq
                   AND round(total_paid, 2) >= round(amount + expense, 2) THEN 1 END)
FROM fine
