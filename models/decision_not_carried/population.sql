SELECT 'of' AS measure, count(DISTINCT matter_id) AS n
FROM event
WHERE kind IN ('arrest_review', 'prosecution_review')
  AND act IN ('approve', 'refuse', 'reverse_refusal', 'upper_reverse', 'prosecute',
    'not_prosecute', 'end_probation')
