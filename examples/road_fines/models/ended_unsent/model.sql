-- Its history ends with the sending: never notified, and not paid in full.
SELECT matter_id, 'never_notified_and_unpaid' AS cause, sent_seq AS seq,
       amount + expense - total_paid AS weight
FROM fine
WHERE sent_seq = last_seq
  AND round(total_paid, 2) < round(amount + expense, 2)
