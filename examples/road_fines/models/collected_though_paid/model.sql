-- Sent to collection although the payments before it covered the fine with its expenses.
-- Where money or a penalty came after the collection, the amounts before it are looked up.
WITH reopened AS (
  SELECT matter_id, collected_seq
  FROM fine
  WHERE paid_seq > collected_seq OR penalty_seq > collected_seq
), at_collection AS (
  SELECT matter_id, collected_seq, paid_seq, amount + expense AS due, total_paid
  FROM fine
  WHERE paid_seq < collected_seq AND (penalty_seq IS NULL OR penalty_seq < collected_seq)
  UNION ALL
  SELECT r.matter_id, r.collected_seq,
         max(CASE WHEN e.total_paid IS NOT NULL THEN e.seq END) AS paid_seq,
         max_by(e.amount, e.seq) FILTER (WHERE e.amount IS NOT NULL)
           + coalesce(max(e.expense), 0) AS due,
         max(e.total_paid) AS total_paid
  FROM reopened r
  JOIN event e ON e.matter_id = r.matter_id AND e.seq < r.collected_seq
  GROUP BY r.matter_id, r.collected_seq
), covered AS (
  SELECT matter_id, collected_seq, paid_seq, total_paid - due AS weight
  FROM at_collection
  WHERE round(total_paid, 2) >= round(due, 2)
)
SELECT matter_id, 'paid_in_full' AS cause, paid_seq AS seq, weight FROM covered
UNION ALL
SELECT matter_id, 'paid_in_full' AS cause, collected_seq AS seq, weight FROM covered
