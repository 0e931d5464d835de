-- A loss or an injury was told, the alarm was once graded criminal or public security, and it
-- ended without a case and without a word of the legal officer, or nobody decided in seven days.
WITH told AS (
  SELECT matter_id,
    max(CASE WHEN category IN ('criminal', 'public_security') THEN 1 ELSE 0 END) AS ours,
    max(CASE WHEN loss_stated OR injured > 0 THEN 1 ELSE 0 END) AS harmed,
    max(CASE WHEN act IN ('close', 'tell_elsewhere', 'hotline_takes', 'confirm_withdrawal')
      THEN seq END) AS ended_seq,
    max(CASE WHEN act = 'remark' AND role = 'legal' THEN seq END) AS explained_seq
  FROM event
  WHERE kind = 'alarm'
  GROUP BY matter_id
),
missed AS (
  SELECT a.matter_id,
    CASE WHEN m.closed_at IS NULL THEN 'undecided' ELSE 'closed_without_case' END AS cause
  FROM told a
  JOIN matter m ON m.matter_id = a.matter_id
  CROSS JOIN today t
  WHERE a.ours = 1 AND a.harmed = 1 AND m.merged_into IS NULL
    AND ((m.state IN ('closed', 'told_elsewhere', 'hotline_took', 'withdrawal_confirmed')
        AND coalesce(a.explained_seq, 0) < a.ended_seq)
      OR (m.closed_at IS NULL AND m.state NOT IN ('withdrawn', 'with_hotline')
        AND t.at > m.opened_at + INTERVAL 7 DAY))
)
SELECT f.matter_id, f.cause, e.seq
FROM missed f
JOIN event e ON e.matter_id = f.matter_id
WHERE e.kind = 'alarm' AND (e.loss_stated OR e.injured > 0
  OR e.act IN ('close', 'tell_elsewhere', 'hotline_takes', 'confirm_withdrawal'))
