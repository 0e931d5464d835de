-- A penalty was announced, or a suspect sent for prosecution, on evidence the file does not hold.
WITH step AS (
  SELECT matter_id,
    max(CASE WHEN act IN ('tell', 'transfer_case') THEN seq END) AS seq,
    max(CASE WHEN act = 'tell' AND other_evidence THEN seq END) AS claimed_seq,
    max(CASE WHEN act = 'question' AND (kind = 'criminal_case' OR asked_person = 'suspect')
      THEN 1 ELSE 0 END) AS heard,
    max(CASE WHEN act IN ('inspect', 'seize', 'preserve', 'receive_opinion')
      OR (act = 'question' AND asked_person IN ('victim', 'witness')) THEN 1 ELSE 0 END) AS other
  FROM event
  WHERE kind IN ('public_security_case', 'criminal_case')
    AND act IN ('tell', 'transfer_case', 'question', 'inspect', 'seize', 'preserve',
      'receive_opinion')
  GROUP BY matter_id
),
entered AS (
  SELECT DISTINCT concerned_matter AS matter_id
  FROM event
  WHERE kind = 'evidence' AND act IN ('collect', 'accept', 'record')
)
SELECT s.matter_id, 'only_own_words' AS cause, s.claimed_seq AS seq
FROM step s
LEFT JOIN entered n ON n.matter_id = s.matter_id
WHERE s.claimed_seq IS NOT NULL AND s.other = 0 AND n.matter_id IS NULL
UNION ALL
SELECT matter_id, 'suspect_unheard', seq
FROM step
WHERE seq IS NOT NULL AND heard = 0
