SELECT 'of' AS measure, count(*) AS n FROM fine
UNION ALL
SELECT 'with_odd_codes_as_no_dismissal', count(*)
FROM fine f
WHERE collected_seq IS NULL
  AND round(total_paid, 2) < round(amount + expense, 2)
  AND NOT EXISTS (
    SELECT 1 FROM dismissal d WHERE d.matter_id = f.matter_id AND d.dismissal IN ('#', 'G')
  )
