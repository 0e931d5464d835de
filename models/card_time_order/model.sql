-- Days on a case card in an order that cannot be; the event that wrote them proves it.
WITH told AS (
  SELECT e.matter_id, e.kind, e.act, e.seq, e.happened_at, CAST(e.happened_local AS DATE) AS day,
    e.reported_at, e.occurred_on, e.arrived_at, e.performed_on, e.performance_due, e.hearing_on,
    e.ruling_served_on, e.third_served_on, e.plan_served_on, e.served_on, e.review_served_on,
    e.settlement_until, e.custody_until, e.changed_on, e.deferred_until, e.recorded_from,
    e.recorded_to, e.effective_on
  FROM event e
  WHERE coalesce(e.occurred_on, e.performed_on, e.performance_due, e.hearing_on,
      e.ruling_served_on, e.third_served_on, e.plan_served_on, e.served_on, e.review_served_on,
      e.settlement_until, e.custody_until, e.changed_on, e.deferred_until,
      e.effective_on) IS NOT NULL
    OR coalesce(e.reported_at, e.arrived_at, e.recorded_to) IS NOT NULL
),
wrong AS (
  SELECT matter_id, seq, CASE
    WHEN act = 'receive' AND reported_at > happened_at + INTERVAL 2 MINUTE THEN 'reported_after'
    WHEN act IN ('open_case', 'punish_on_spot') AND occurred_on > day THEN 'occurred_after'
    WHEN kind = 'custody_stay' AND arrived_at > happened_at + INTERVAL 2 MINUTE
      THEN 'arrived_after'
    WHEN act = 'record_performance' AND performed_on > day THEN 'performed_future'
    WHEN kind = 'people_mediation' AND performance_due < effective_on THEN 'due_before_effect'
    WHEN kind = 'enforcement' AND act IN ('apply', 'refer') AND performance_due >= day
      THEN 'applied_before_due'
    WHEN act = 'decide_objection' AND ruling_served_on < day THEN 'served_before'
    WHEN act = 'decide_third' AND third_served_on < day THEN 'served_before'
    WHEN act = 'serve_plan' AND plan_served_on > day THEN 'served_future'
    WHEN kind = 'petition' AND coalesce(served_on, review_served_on) > day THEN 'served_future'
    WHEN kind = 'criminal_first_instance' AND effective_on > day THEN 'effective_future'
    WHEN act IN ('set_hearing', 'move_hearing', 'decide_hold', 'postpone', 'accept_hearing',
      'set_hearing_day') AND hearing_on < day THEN 'hearing_past'
    WHEN act = 'close_settled' AND settlement_until < day THEN 'settlement_past'
    WHEN kind = 'criminal_case' AND act = 'arrest' AND custody_until <= day THEN 'custody_past'
    WHEN act = 'supplement_report' AND changed_on > day THEN 'changed_future'
    WHEN act = 'defer' AND deferred_until < day THEN 'deferred_past'
    WHEN recorded_to < recorded_from THEN 'recording_reversed'
    END AS cause
  FROM told
)
SELECT matter_id, cause, seq FROM wrong WHERE cause IS NOT NULL
UNION ALL
SELECT t.matter_id, 'performed_before' AS cause, t.seq
FROM told t
JOIN matter m ON m.matter_id = t.matter_id
WHERE t.act = 'record_performance' AND t.performed_on < m.effective_on
UNION ALL
SELECT t.matter_id, 'effective_before' AS cause, t.seq
FROM told t
JOIN event p ON p.matter_id = t.matter_id AND p.act IN ('pronounce', 'pronounce_later')
WHERE t.kind = 'criminal_first_instance' AND p.kind = 'criminal_first_instance'
  AND t.act = 'take_effect' AND t.effective_on <= CAST(p.happened_local AS DATE)
