-- A penalty was decided with no notice before it, or within an hour of the last notice while
-- nothing says that the person was heard or gave it up. A withdrawn decision does not count.
WITH act AS (
  SELECT matter_id, seq, act, happened_at, undoes
  FROM event
  WHERE kind = 'public_security_case' AND act IN ('tell', 'tell_by_notice', 'plead', 'review_plea',
    'waive_hearing', 'hold_hearing', 'decide', 'decide_at_station', 'withdraw')
),
decided AS (
  SELECT d.matter_id, d.seq, d.happened_at
  FROM act d
  WHERE d.act IN ('decide', 'decide_at_station')
    AND NOT EXISTS (
      SELECT 1 FROM act w
      WHERE w.matter_id = d.matter_id AND w.act = 'withdraw' AND w.undoes = d.seq)
),
told AS (
  SELECT d.matter_id, d.seq, d.happened_at,
    max(CASE WHEN t.act IN ('tell', 'tell_by_notice') THEN t.happened_at END) AS told_at,
    max(CASE WHEN t.act IN ('tell', 'tell_by_notice') THEN t.seq END) AS told_seq,
    max(CASE WHEN t.act IN ('plead', 'review_plea', 'waive_hearing', 'hold_hearing')
      THEN t.seq END) AS heard_seq
  FROM decided d
  LEFT JOIN act t ON t.matter_id = d.matter_id AND t.seq < d.seq
  GROUP BY d.matter_id, d.seq, d.happened_at
)
SELECT matter_id, CASE WHEN told_at IS NULL THEN 'no_notice' ELSE 'no_time' END AS cause, seq
FROM told
WHERE told_at IS NULL
  OR (happened_at < told_at + INTERVAL 1 HOUR AND coalesce(heard_seq, 0) < told_seq)
