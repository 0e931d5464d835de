-- In one matter the same person took a measure and its approval; the cause is the approval.
WITH pairs AS (
  SELECT * FROM (VALUES
    ('public_security_case', 'approve_summons', 'bring_in'),
    ('public_security_case', 'approve_seizure', 'seize'),
    ('public_security_case', 'decide', 'question'),
    ('public_security_case', 'decide_at_station', 'question'),
    ('criminal_case', 'approve_detention', 'detain'),
    ('criminal_case', 'set_ground', 'detain'),
    ('case_property', 'decide', 'list'),
    ('case_property', 'borrow', 'list')) AS p(kind, approval, measure)
),
approval AS (
  SELECT e.matter_id, e.seq, e.act, e.person, p.measure
  FROM event e
  JOIN pairs p ON p.kind = e.kind AND p.approval = e.act
  WHERE e.kind IN ('public_security_case', 'criminal_case', 'case_property')
    AND e.act IN ('approve_summons', 'approve_seizure', 'decide', 'decide_at_station',
      'approve_detention', 'set_ground', 'borrow')
)
SELECT a.matter_id, a.act AS cause, a.seq
FROM approval a
WHERE EXISTS (
  SELECT 1 FROM event m
  WHERE m.kind IN ('public_security_case', 'criminal_case', 'case_property')
    AND m.act IN ('bring_in', 'seize', 'question', 'detain', 'list')
    AND m.matter_id = a.matter_id AND m.act = a.measure AND m.person = a.person)
