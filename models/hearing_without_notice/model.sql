-- A hearing on another day than the parties were told, or told (or served) too late before it.
WITH told AS (
  SELECT matter_id, kind, seq, act, happened_local, track,
    last_value(hearing_on IGNORE NULLS) OVER (
      PARTITION BY matter_id ORDER BY seq
      ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW
    ) AS day_told,
    last_value(track IGNORE NULLS) OVER (
      PARTITION BY matter_id ORDER BY seq
      ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW
    ) AS track_now
  FROM event
  WHERE kind IN ('civil_first_instance', 'criminal_first_instance', 'public_hearing',
    'public_security_case')
),
held AS (
  SELECT matter_id, max(seq) AS seq
  FROM told
  WHERE act = 'hold_hearing' OR (kind = 'public_hearing' AND act = 'introduce')
  GROUP BY matter_id
)
SELECT o.matter_id, 'other_day' AS cause, o.seq
FROM told o
WHERE (o.act = 'hold_hearing' OR (o.kind = 'public_hearing' AND o.act = 'introduce'))
  AND date_diff('day', CAST(o.day_told AS TIMESTAMP), o.happened_local) <> 0
UNION ALL
SELECT o.matter_id, 'short_notice' AS cause, o.seq
FROM told o
JOIN held h ON h.matter_id = o.matter_id AND h.seq > o.seq
WHERE o.kind IN ('civil_first_instance', 'criminal_first_instance') AND o.act = 'tell_hearing'
  AND o.track_now = 'ordinary'
  AND date_diff('day', o.happened_local, CAST(o.day_told AS TIMESTAMP)) < 3
UNION ALL
SELECT o.matter_id, 'indictment_late' AS cause, o.seq
FROM told o
JOIN held h ON h.matter_id = o.matter_id AND h.seq > o.seq
WHERE o.kind = 'criminal_first_instance' AND o.act = 'serve_indictment'
  AND o.track_now = 'ordinary'
  AND date_diff('day', o.happened_local, CAST(o.day_told AS TIMESTAMP)) < 10
