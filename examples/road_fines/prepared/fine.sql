-- One row a fine: when each step happened on Italian clocks, and what was owed and paid.
-- Expenses are written once and total_paid only grows, so the largest is the last.
SELECT
  matter_id,
  min(CASE WHEN act = 'Create Fine' THEN happened_local END) AS created_local,
  min(CASE WHEN act = 'Create Fine' THEN seq END) AS created_seq,
  min(CASE WHEN act = 'Send Fine' THEN happened_local END) AS sent_local,
  min(CASE WHEN act = 'Send Fine' THEN seq END) AS sent_seq,
  min(CASE WHEN act = 'Insert Fine Notification' THEN happened_local END) AS notified_local,
  min(CASE WHEN act = 'Insert Fine Notification' THEN seq END) AS notified_seq,
  min(CASE WHEN act = 'Insert Date Appeal to Prefecture' THEN happened_local END) AS prefecture_local,
  min(CASE WHEN act = 'Insert Date Appeal to Prefecture' THEN seq END) AS prefecture_seq,
  min(CASE WHEN act = 'Appeal to Judge' THEN happened_local END) AS judge_local,
  min(CASE WHEN act = 'Appeal to Judge' THEN seq END) AS judge_seq,
  min(CASE WHEN act = 'Add penalty' THEN happened_local END) AS penalty_local,
  min(CASE WHEN act = 'Add penalty' THEN seq END) AS penalty_seq,
  min(CASE WHEN act = 'Send for Credit Collection' THEN seq END) AS collected_seq,
  max_by(amount, seq) FILTER (WHERE amount IS NOT NULL) AS amount,
  coalesce(max(expense), 0) AS expense,
  coalesce(max(total_paid), 0) AS total_paid,
  max(CASE WHEN total_paid IS NOT NULL THEN seq END) AS paid_seq,
  max(seq) AS last_seq
FROM event
GROUP BY matter_id
