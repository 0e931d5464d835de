-- The same person described in two ways, on two cards of one matter or of parent and child.
WITH sent AS (
  SELECT matter_id,
    max(CASE WHEN act IN ('receive_request', 'receive_case')
      THEN CASE WHEN detained THEN 1 WHEN NOT detained THEN 0 END END) AS detained_sent,
    max(CASE WHEN act IN ('receive_request', 'receive_case')
      THEN CASE WHEN minor_involved THEN 1 WHEN NOT minor_involved THEN 0 END END) AS minor_sent,
    max(CASE WHEN act = 'accept' THEN CASE WHEN detained THEN 1 ELSE 0 END END) AS detained_here,
    max(CASE WHEN act = 'accept' THEN CASE WHEN minor_involved THEN 1 ELSE 0 END END)
      AS minor_here,
    max(CASE WHEN act = 'accept' AND NOT has_victim THEN seq END) AS no_victim_seq,
    max(CASE WHEN act = 'accept' THEN seq END) AS seq
  FROM event
  WHERE kind IN ('arrest_review', 'prosecution_review')
    AND act IN ('receive_request', 'receive_case', 'accept')
  GROUP BY matter_id
),
told AS (
  SELECT matter_id, seq,
    CASE WHEN person_class IN ('under_14', 'from_14', 'first_16', 'again_16') THEN 1
      WHEN person_class IN ('adult', 'over_70') THEN 0 END AS young,
    CASE WHEN minor_involved THEN 1 WHEN NOT minor_involved THEN 0 END AS minor
  FROM event
  WHERE kind = 'public_security_case' AND act IN ('tell', 'tell_by_notice')
),
decided AS (
  SELECT e.matter_id, e.seq, e.act, d.state, d.kind
  FROM event e
  JOIN matter d ON d.from_matter = e.matter_id
  WHERE e.kind = 'criminal_case' AND d.kind IN ('arrest_review', 'prosecution_review')
    AND e.act IN ('approve_arrest', 'refuse_arrest', 'prosecute', 'not_prosecute')
)
SELECT matter_id, 'detained_differs' AS cause, seq FROM sent WHERE detained_sent <> detained_here
UNION ALL
SELECT matter_id, 'minor_differs', seq FROM sent WHERE minor_sent <> minor_here
UNION ALL
SELECT DISTINCT s.matter_id, 'victim_differs', s.no_victim_seq
FROM sent s
JOIN party p ON p.matter_id = s.matter_id
WHERE s.no_victim_seq IS NOT NULL AND p.standing = 'victim'
UNION ALL
SELECT matter_id, 'class_differs', seq FROM told WHERE young <> minor
UNION ALL
SELECT t.matter_id, 'asked_differs', t.seq
FROM told t
JOIN event q ON q.matter_id = t.matter_id
WHERE q.kind = 'public_security_case' AND q.act = 'question' AND q.asked_person = 'suspect'
  AND q.asked_minor AND t.minor = 0
UNION ALL
SELECT matter_id, 'arrest_differs', seq
FROM decided
WHERE kind = 'arrest_review' AND ((act = 'approve_arrest'
    AND state IN ('refused', 'reconsidering', 'kept', 'upper_review', 'not_arrested'))
  OR (act = 'refuse_arrest' AND state IN ('approved', 'arrested')))
UNION ALL
SELECT matter_id, 'prosecution_differs', seq
FROM decided
WHERE kind = 'prosecution_review' AND ((act = 'prosecute' AND state = 'not_prosecuted')
  OR (act = 'not_prosecute' AND state = 'prosecuted'))
