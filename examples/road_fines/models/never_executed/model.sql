-- Neither paid in full, nor sent to collection, nor dismissed under any code; its end proves it.
SELECT matter_id, 'left_lying' AS cause, last_seq AS seq,
       amount + expense - total_paid AS weight
FROM fine
WHERE collected_seq IS NULL
  AND dismissed = 0
  AND round(total_paid, 2) < round(amount + expense, 2)
