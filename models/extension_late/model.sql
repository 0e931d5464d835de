-- An extension is written down more than three days after the day it says it was approved; the
-- cause is the clock it lengthens.
SELECT matter_id, clock AS cause, seq
FROM event
WHERE act = 'extend' AND clock IS NOT NULL
  AND CAST(happened_local AS DATE) > TRY_CAST(substr(approved_on, 1, 10) AS DATE) + INTERVAL 3 DAY
