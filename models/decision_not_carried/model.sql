-- A decision of the procuratorate that the case it is about does not know, or nobody carried out.
WITH decided AS (
  SELECT m.matter_id, m.kind, m.state, m.from_matter, m.from_seq,
    max(e.seq) AS seq, max(e.happened_at) AS decided_at
  FROM matter m
  JOIN event e ON e.matter_id = m.matter_id
  WHERE m.kind IN ('arrest_review', 'prosecution_review')
    AND e.kind IN ('arrest_review', 'prosecution_review')
    AND e.act IN ('approve', 'refuse', 'reverse_refusal', 'upper_reverse', 'prosecute',
      'not_prosecute', 'end_probation')
  GROUP BY m.matter_id, m.kind, m.state, m.from_matter, m.from_seq
)
SELECT d.matter_id, 'not_executed' AS cause, d.seq
FROM decided d
CROSS JOIN today t
WHERE d.kind = 'arrest_review' AND d.state = 'approved'
  AND t.at > d.decided_at + INTERVAL 3 DAY
UNION ALL
SELECT c.matter_id, 'arrest_not_entered' AS cause, d.from_seq AS seq
FROM decided d
JOIN matter c ON c.matter_id = d.from_matter
CROSS JOIN today t
WHERE d.kind = 'arrest_review' AND c.kind = 'criminal_case' AND c.state = 'arrest_asked'
  AND c.arrest_result = 'pending' AND t.at > d.decided_at + INTERVAL 3 DAY
UNION ALL
SELECT c.matter_id, 'prosecution_not_entered' AS cause, d.from_seq AS seq
FROM decided d
JOIN matter c ON c.matter_id = d.from_matter
CROSS JOIN today t
WHERE d.kind = 'prosecution_review' AND d.state IN ('prosecuted', 'not_prosecuted')
  AND c.kind = 'criminal_case' AND c.state = 'prosecution'
  AND t.at > d.decided_at + INTERVAL 7 DAY
