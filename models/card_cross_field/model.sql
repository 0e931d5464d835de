-- Two items of one case card that cannot both be true; the event that made them so proves it.
WITH said AS (
  SELECT e.matter_id, e.kind, e.act, e.seq, e.verdict, e.has_penalty, e.under_five,
    e.penalty_items, e.fine_amount, e.revisit_result, e.drop_why, e.fail_ground,
    m.track, m.amount, m.dispute_kind, m.vehicle_found, m.owner_match, m.signed_by_all, m.state
  FROM event e
  JOIN matter m ON m.matter_id = e.matter_id
  WHERE (e.kind = 'criminal_first_instance'
      AND e.act IN ('pronounce', 'pronounce_later', 'transfer_property'))
    OR (e.kind = 'civil_first_instance'
      AND e.act IN ('file', 'file_returned', 'pronounce', 'pronounce_later'))
    OR (e.kind = 'people_mediation' AND e.act = 'revisit')
    OR (e.kind = 'vehicle_control' AND e.act = 'drop')
    OR (e.kind = 'pre_litigation_mediation' AND e.act = 'fail')
)
SELECT matter_id, 'acquitted_with_penalty' AS cause, seq
FROM said
WHERE verdict = 'not_guilty' AND has_penalty
UNION ALL
SELECT matter_id, 'fast_and_long', seq
FROM said
WHERE kind = 'criminal_first_instance' AND track = 'fast' AND verdict = 'guilty' AND NOT under_five
UNION ALL
SELECT matter_id, 'fine_without_amount', seq
FROM said
WHERE act = 'transfer_property' AND penalty_items LIKE '%罚金%' AND coalesce(fine_amount, 0) <= 0
UNION ALL
SELECT matter_id, 'small_over', min(seq) AS seq
FROM said
WHERE kind = 'civil_first_instance' AND track = 'small' AND amount > 300000
GROUP BY matter_id
UNION ALL
SELECT matter_id, 'small_status', min(seq) AS seq
FROM said
WHERE kind = 'civil_first_instance' AND track = 'small' AND dispute_kind = 'marriage'
GROUP BY matter_id
UNION ALL
SELECT matter_id, 'visit_contradicts', max(seq) AS seq
FROM said
WHERE kind = 'people_mediation' AND state IN ('performed', 'archived')
GROUP BY matter_id
HAVING max(CASE WHEN revisit_result = 'not_yet' THEN seq ELSE 0 END) = max(seq)
UNION ALL
SELECT matter_id, 'dropped_contradicts', seq
FROM said
WHERE act = 'drop' AND ((drop_why = 'none_found' AND vehicle_found)
  OR (drop_why = 'others_car' AND owner_match))
UNION ALL
SELECT matter_id, 'unsigned_but_signed', seq
FROM said
WHERE kind = 'pre_litigation_mediation' AND fail_ground = 'unsigned' AND signed_by_all
