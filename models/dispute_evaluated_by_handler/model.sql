-- The rules refuse the person and the organ that reported the result. Whoever accepted, listened,
-- sent to mediation or guided (before a transfer, as a co-handler) has handled it as well.
WITH undone AS (
  SELECT matter_id, undoes AS seq
  FROM event
  WHERE kind = 'governance_dispute' AND act = 'withdraw'
), judged AS (
  SELECT e.matter_id, e.seq, e.person, e.organ
  FROM event e
  LEFT JOIN undone u ON u.matter_id = e.matter_id AND u.seq = e.seq
  WHERE e.kind = 'governance_dispute' AND e.act = 'evaluate' AND u.seq IS NULL
)
SELECT j.matter_id,
  CASE WHEN max(CASE WHEN h.person = j.person THEN 1 ELSE 0 END) = 1
    THEN 'handler' ELSE 'handling_organ' END AS cause,
  j.seq
FROM judged j
JOIN event h ON h.matter_id = j.matter_id AND h.seq < j.seq
  AND (h.person = j.person OR h.organ = j.organ)
WHERE h.kind = 'governance_dispute'
  AND h.act IN ('accept', 'listen', 'send_mediation', 'mediation_back', 'guide',
    'procedure_back', 'report_result')
GROUP BY j.matter_id, j.seq
