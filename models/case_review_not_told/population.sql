SELECT 'of' AS measure, count(*) AS n
FROM matter
WHERE kind = 'case_review' AND second_grade IS NOT NULL
