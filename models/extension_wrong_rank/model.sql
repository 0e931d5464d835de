-- An extension whose rank is not that of its clock, an act of the organ above by somebody of the
-- handling organ, or a lengthening approved by the one who questions.
WITH ranks AS (
  SELECT * FROM (VALUES
    ('public_security_case', 'case', '上一级公安机关'),
    ('public_security_case', 'case', '所属公安机关'),
    ('public_security_case', 'seizure', '县级以上公安机关负责人'),
    ('public_security_case', 'continued', '分局值班负责人'),
    ('public_security_case', 'continued', '分局主管负责人'),
    ('criminal_case', 'ask_arrest', '县级以上公安机关负责人'),
    ('criminal_case', 'custody', '上一级人民检察院'),
    ('criminal_case', 'custody', '省级人民检察院'),
    ('criminal_case', 'custody_nameless', '上一级人民检察院'),
    ('collaboration_task', 'result', '协作单位负责人'),
    ('hazard_spot', 'treat', '挂牌单位负责人')) AS r(kind, clock, needed)
)
SELECT e.matter_id, 'wrong_rank' AS cause, e.seq
FROM event e
WHERE e.act = 'extend'
  AND EXISTS (SELECT 1 FROM ranks r WHERE r.kind = e.kind AND r.clock = e.clock)
  AND NOT EXISTS (
    SELECT 1 FROM ranks r WHERE r.kind = e.kind AND r.clock = e.clock AND r.needed = e.rank)
UNION ALL
SELECT u.matter_id, 'own_organ', u.seq
FROM event u
WHERE u.role IN ('upper_police', 'upper')
  AND u.kind IN ('criminal_case', 'collaboration_letter')
  AND EXISTS (
    SELECT 1 FROM event o
    WHERE o.matter_id = u.matter_id AND o.organ = u.organ
      AND o.kind IN ('criminal_case', 'collaboration_letter')
      AND o.role IN ('officer', 'unit_head', 'bureau_head', 'drafter', 'signer'))
UNION ALL
SELECT a.matter_id, 'self', a.seq
FROM event a
WHERE a.kind IN ('public_security_case', 'custody_stay')
  AND a.act IN ('lengthen_asking', 'lengthen_summons')
  AND EXISTS (
    SELECT 1 FROM event q
    WHERE q.kind IN ('public_security_case', 'custody_stay') AND q.act = 'question'
      AND q.matter_id = a.matter_id AND q.person = a.person)
