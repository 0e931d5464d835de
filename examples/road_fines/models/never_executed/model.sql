-- Neither paid in full, nor sent to collection, nor dismissed under any code; its end proves it.
SELECT matter_id, 'left_lying' AS cause, last_seq AS seq,
       amount + expense - total_paid AS weight
FROM fine f
WHERE collected_seq IS NULL
  AND round(total_paid, 2) < round(amount + expense, 2)
  AND NOT EXISTS (SELECT 1 FROM dismissal d WHERE d.matter_id = f.matter_id)
