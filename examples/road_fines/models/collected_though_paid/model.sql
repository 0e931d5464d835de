-- Sent to collection although the payments before it covered the fine with its expenses.
WITH owed AS (
  SELECT f.matter_id, f.collected_seq,
         max_by(e.amount, e.seq) FILTER (WHERE e.amount IS NOT NULL) AS amount,
         coalesce(max_by(e.expense, e.seq) FILTER (WHERE e.expense IS NOT NULL), 0) AS expense,
         max_by(e.total_paid, e.seq) FILTER (WHERE e.total_paid IS NOT NULL) AS total_paid,
         max(CASE WHEN e.total_paid IS NOT NULL THEN e.seq END) AS paid_seq
  FROM fine f
  JOIN event e ON e.matter_id = f.matter_id AND e.seq <= f.collected_seq
  WHERE f.total_paid > 0 OR f.amount + f.expense <= 0
  GROUP BY f.matter_id, f.collected_seq
), covered AS (
  SELECT matter_id, collected_seq, paid_seq, total_paid - amount - expense AS weight
  FROM owed
  WHERE round(total_paid, 2) >= round(amount + expense, 2)
)
SELECT matter_id, 'paid_in_full' AS cause, paid_seq AS seq, weight FROM covered
UNION ALL
SELECT matter_id, 'paid_in_full' AS cause, collected_seq AS seq, weight FROM covered
