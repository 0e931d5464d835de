-- Failed and barely passed cases go back to the organ for rectification; raising the grade above
-- every opinion keeps them from it. An opinion copied word for word is not a second opinion.
WITH graded AS (
  SELECT matter_id, case_grade, first_note, second_note,
    greatest(
      CASE first_grade WHEN 'excellent' THEN 4 WHEN 'passed' THEN 3 WHEN 'basic' THEN 2 ELSE 1 END,
      CASE second_grade WHEN 'excellent' THEN 4 WHEN 'passed' THEN 3 WHEN 'basic' THEN 2
        ELSE 1 END,
      CASE third_grade WHEN 'excellent' THEN 4 WHEN 'passed' THEN 3 WHEN 'basic' THEN 2 ELSE 1 END
    ) AS best,
    CASE case_grade WHEN 'excellent' THEN 4 WHEN 'passed' THEN 3 WHEN 'basic' THEN 2
      WHEN 'failed' THEN 1 ELSE 0 END AS given
  FROM matter
  WHERE kind = 'case_review' AND second_grade IS NOT NULL
)
SELECT e.matter_id, 'raised' AS cause, e.seq
FROM event e
JOIN graded g ON g.matter_id = e.matter_id
WHERE e.kind = 'case_review' AND e.act = 'grade' AND g.given > g.best
UNION ALL
SELECT e.matter_id, 'copied', e.seq
FROM event e
JOIN graded g ON g.matter_id = e.matter_id
WHERE e.kind = 'case_review' AND e.act = 'review_second'
  AND length(g.second_note) >= 8
  AND replace(g.first_note, ' ', '') = replace(g.second_note, ' ', '')
