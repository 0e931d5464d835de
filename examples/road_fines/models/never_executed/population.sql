SELECT 'of' AS measure, count(*) AS n FROM fine
UNION ALL
SELECT 'with_odd_codes_as_no_dismissal', count(*)
FROM fine
WHERE collected_seq IS NULL
  AND dismissed_lawfully = 0
  AND round(total_paid, 2) < round(amount + expense, 2)
