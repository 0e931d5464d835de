-- Sums and counts on a case card that cannot all be true; the last event that said one proves it.
WITH money AS (
  SELECT matter_id,
    sum(amount_in) AS collected,
    max(CASE WHEN act IN ('close_done', 'close_this_time') THEN seq END) AS closed_seq
  FROM event
  WHERE kind = 'property_penalty_enforcement'
  GROUP BY matter_id
),
penalty AS (
  SELECT m.matter_id, m.state, m.less_than_judged, m.unpaid_amount, y.collected, y.closed_seq,
    coalesce(m.fine_amount, 0) + coalesce(m.restitution_amount, 0) AS judged
  FROM matter m
  JOIN money y ON y.matter_id = m.matter_id
  WHERE m.kind = 'property_penalty_enforcement' AND y.closed_seq IS NOT NULL
),
told AS (
  SELECT e.matter_id, e.act, e.seq, e.freeze_amount, m.amount, m.start_price, m.sold_price,
    m.people_count, m.representatives, m.yearly_cap, m.cap_left, m.injured, m.listeners_present,
    (length(m.listeners) - length(replace(m.listeners, '","', ''))) / 3 + 1 AS chosen
  FROM event e
  JOIN matter m ON m.matter_id = e.matter_id
  WHERE (e.kind = 'enforcement' AND e.act IN ('freeze_deposit', 'auction_over'))
    OR (e.kind = 'public_hearing' AND e.act = 'introduce')
    OR (e.kind = 'petition' AND e.act IN ('petition', 'receive'))
    OR (e.kind = 'administrative_inspection' AND e.act = 'propose')
    OR (e.kind = 'alarm' AND e.act IN ('take_call', 'handle'))
)
SELECT matter_id, 'collected_less' AS cause, closed_seq AS seq
FROM penalty
WHERE state = 'done' AND NOT less_than_judged AND judged > 0 AND collected < judged
UNION ALL
SELECT matter_id, 'collected_more', closed_seq
FROM penalty
WHERE state = 'done' AND judged > 0 AND collected > judged
UNION ALL
SELECT matter_id, 'unpaid_wrong', closed_seq
FROM penalty
WHERE state = 'ended_this_time' AND judged > 0
  AND abs(coalesce(collected, 0) + unpaid_amount - judged) >= 1
UNION ALL
SELECT matter_id, 'sold_below_start', seq FROM told WHERE act = 'auction_over' AND sold_price < start_price
UNION ALL
SELECT matter_id, 'frozen_over', seq
FROM told
WHERE act = 'freeze_deposit' AND amount > 0 AND freeze_amount > amount * 1.3
UNION ALL
SELECT matter_id, 'listeners_over', seq FROM told WHERE act = 'introduce' AND listeners_present > chosen
UNION ALL
SELECT matter_id, 'representatives_over', seq
FROM told
WHERE act IN ('petition', 'receive') AND representatives > people_count
UNION ALL
SELECT matter_id, 'cap_over', seq FROM told WHERE act = 'propose' AND cap_left > yearly_cap
UNION ALL
SELECT matter_id, 'injured_over', max(seq) AS seq
FROM told
WHERE act IN ('take_call', 'handle') AND injured > people_count AND people_count > 0
GROUP BY matter_id
