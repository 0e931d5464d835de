SELECT 'of' AS measure, count(DISTINCT matter_id) AS n
FROM event
WHERE coalesce(occurred_on, performed_on, performance_due, hearing_on, ruling_served_on,
    third_served_on, plan_served_on, served_on, review_served_on, settlement_until, custody_until,
    changed_on, deferred_until, effective_on) IS NOT NULL
  OR coalesce(reported_at, arrived_at, recorded_to) IS NOT NULL
