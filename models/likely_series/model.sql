-- Alarms that resemble a withdrawn one, at most the three nearest; the finding says with which alarm
-- and by which features with their weights. What is compared are alarms, never persons; whether it
-- is a series a person decides. The same call registered twice is another model's (duplicates).
--   同地点 2.5   同号码 3.5   同派出所 1.5 or 同分局 0.5
--   同手法同对象 1; of a method that marks its hand (设局、冒充、掉包、抢夺、尾随) 3
--   说法相近 2 / 1.5 / 1 (share of the pairs of characters of the one found in the other)
--   三日内 1   三十日内 0.5                     proposed from 6 on
-- An ordinary method reaches 6 with the same place or number only, so it alone is no reason to
-- compare; and words are compared only where they can still make up what is missing.
WITH alarm AS (
  SELECT m.matter_id, m.state, m.opened_at, m.place, m.means, m.target_kind, m.merged_into,
    substr(m.what, 1, 60) AS what,
    CASE WHEN g.tier = 'street' THEN m.organ END AS station,
    CASE WHEN g.tier = 'street' THEN g.above WHEN g.tier = 'district' THEN m.organ END AS district
  FROM matter m
  LEFT JOIN organ g ON g.organ = m.organ
  WHERE m.kind = 'alarm'
),
withdrawn AS (
  SELECT * FROM alarm
  WHERE state IN ('withdrawn', 'withdrawal_confirmed') AND merged_into IS NULL
),
candidate AS (
  SELECT w.matter_id AS a, o.matter_id AS b
  FROM withdrawn w JOIN alarm o ON o.place = w.place
  WHERE o.opened_at BETWEEN w.opened_at - INTERVAL 91 DAY AND w.opened_at + INTERVAL 91 DAY
  UNION
  SELECT w.matter_id, o.matter_id
  FROM withdrawn w
  JOIN alarm o ON o.district = w.district AND o.means = w.means AND o.target_kind = w.target_kind
  WHERE w.means IN ('honey_trap', 'impersonation', 'swap', 'snatching', 'tailing')
    AND o.opened_at BETWEEN w.opened_at - INTERVAL 91 DAY AND w.opened_at + INTERVAL 91 DAY
  UNION
  SELECT w.matter_id, q.matter_id
  FROM withdrawn w
  JOIN party p ON p.matter_id = w.matter_id AND p.known_by = 'phone'
  JOIN party q ON q.party = p.party AND q.known_by = 'phone'
),
numbered AS (
  SELECT 10 * t.d + u.d + 1 AS n
  FROM (VALUES (0), (1), (2), (3), (4), (5)) AS t(d)
  CROSS JOIN (VALUES (0), (1), (2), (3), (4), (5), (6), (7), (8), (9)) AS u(d)
),
called AS (
  SELECT DISTINCT c.a, c.b
  FROM candidate c
  JOIN party p ON p.matter_id = c.a AND p.known_by = 'phone'
  JOIN party q ON q.matter_id = c.b AND q.party = p.party AND q.known_by = 'phone'
),
alike AS (
  SELECT c.a, c.b,
    CASE WHEN o.place = w.place THEN 2.5 ELSE 0 END AS by_place,
    CASE WHEN o.station = w.station THEN 1.5 WHEN o.district = w.district THEN 0.5 ELSE 0 END
      AS by_area,
    CASE WHEN n.a IS NOT NULL THEN 3.5 ELSE 0 END AS by_number,
    CASE WHEN o.means = w.means AND w.means <> 'other' AND o.target_kind = w.target_kind
      THEN CASE WHEN w.means IN ('honey_trap', 'impersonation', 'swap', 'snatching', 'tailing')
        THEN 3 ELSE 1 END
      ELSE 0 END AS by_method,
    CASE WHEN abs(date_diff('hour', w.opened_at, o.opened_at)) <= 72 THEN 1
      WHEN abs(date_diff('day', w.opened_at, o.opened_at)) <= 30 THEN 0.5 ELSE 0 END AS by_time
  FROM candidate c
  JOIN withdrawn w ON w.matter_id = c.a
  JOIN alarm o ON o.matter_id = c.b
  LEFT JOIN called n ON n.a = c.a AND n.b = c.b
  WHERE c.a <> c.b AND o.merged_into IS NULL
    AND NOT (o.place = w.place AND o.what = w.what
      AND abs(date_diff('minute', w.opened_at, o.opened_at)) <= 30)
    AND abs(date_diff('day', w.opened_at, o.opened_at)) <= 90
),
near AS (
  SELECT * FROM alike WHERE by_place + by_number + by_area + by_method + by_time >= 4
),
shared AS (
  SELECT c.a, c.b,
    1.0 * count(CASE WHEN o.what LIKE concat('%', substr(w.what, n.n, 2), '%') THEN 1 END)
      / count(*) AS share
  FROM near c
  JOIN withdrawn w ON w.matter_id = c.a
  JOIN alarm o ON o.matter_id = c.b
  JOIN numbered n ON n.n < length(w.what)
  GROUP BY c.a, c.b
),
feature AS (
  SELECT n.*,
    CASE WHEN s.share >= 0.7 THEN 2 WHEN s.share >= 0.5 THEN 1.5 WHEN s.share >= 0.25 THEN 1
      ELSE 0 END AS by_words
  FROM near n
  LEFT JOIN shared s ON s.a = n.a AND s.b = n.b
),
ranked AS (
  SELECT f.*, by_place + by_number + by_area + by_method + by_words + by_time AS weight,
    row_number() OVER (PARTITION BY a
      ORDER BY by_place + by_number + by_area + by_method + by_words + by_time DESC, b)
      AS place_no
  FROM feature f
),
proof AS (
  SELECT matter_id, max(seq) AS seq
  FROM event
  WHERE kind = 'alarm' AND act = 'withdraw_alarm'
  GROUP BY matter_id
)
SELECT r.a AS matter_id,
  concat('与 ', r.b, '：',
    CASE WHEN by_place > 0 THEN '同地点2.5 ' ELSE '' END,
    CASE WHEN by_number > 0 THEN '同号码3.5 ' ELSE '' END,
    CASE WHEN by_area = 1.5 THEN '同派出所1.5 ' WHEN by_area > 0 THEN '同分局0.5 ' ELSE '' END,
    CASE WHEN by_method = 3 THEN '特征手法同对象3 ' WHEN by_method > 0 THEN '同手法同对象1 '
      ELSE '' END,
    CASE WHEN by_words = 2 THEN '说法相近2 ' WHEN by_words = 1.5 THEN '说法相近1.5 '
      WHEN by_words = 1 THEN '说法相近1 ' ELSE '' END,
    CASE WHEN by_time = 1 THEN '三日内1' WHEN by_time > 0 THEN '三十日内0.5' ELSE '' END) AS cause,
  p.seq, CAST(r.weight AS DOUBLE) AS weight
FROM ranked r
JOIN proof p ON p.matter_id = r.a
WHERE r.weight >= 6 AND r.place_no <= 3
