-- "No relation" is ticked by the person himself; the history of the concerned matter tells.
WITH examined AS (
  SELECT m.matter_id, m.kind, m.concerned_matter, e.seq, e.person
  FROM matter m
  JOIN event e ON e.matter_id = m.matter_id
  WHERE m.concerned_matter IS NOT NULL
    AND ((m.kind = 'fault_inquiry' AND e.act IN ('notify', 'hold_hearing', 'propose',
        'decide_fault', 'decide_none', 'review_uphold', 'review_change'))
      OR (m.kind = 'case_review' AND e.act IN ('review_first', 'review_second', 'review_third',
        'grade'))
      OR (m.kind = 'enforcement_supervision_case' AND e.role IN ('supervisor',
        'supervision_head') AND e.act <> 'open_by_hand')
      OR (m.kind = 'rectification' AND e.act IN ('look_pass', 'look_return', 'uphold',
        'drop_finding', 'recheck_by_hand')))
)
SELECT x.matter_id, x.kind AS cause, x.seq
FROM examined x
WHERE EXISTS (
  SELECT 1
  FROM event h
  WHERE h.matter_id = x.concerned_matter AND h.person = x.person
    AND h.act NOT IN ('remark', 'contest')
)
