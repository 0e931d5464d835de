-- Alarms that resemble a withdrawn one, at most the three nearest; the finding says with which alarm
-- and by which features with their weights. What is compared are alarms, never persons; whether it
-- is a series a person decides. The same call registered twice is another model's (duplicates).
--   同地点 2.5   同号码 3.5   同派出所 1.5 or 同分局 0.5
--   同手法同对象 1; of a method that marks its hand (设局、冒充、掉包、抢夺、尾随) 3
--   说法相近 2 / 1.5 / 1 (share of the pairs of characters of the one found in the other)
--   三日内 1   三十日内 0.5                     proposed from 6 on
-- An ordinary method reaches 6 with the same place or number only, so it alone is no reason to
-- compare; a marked one needs the same station or thirty days. Words cost most. They are compared
-- only where they can make up what is missing: up to 6, and up to the third of those that are
-- strong without them (`bar`).
WITH alarm AS (
  SELECT m.matter_id, m.state, m.opened_at, m.place, m.means, m.target_kind, m.merged_into,
    substr(m.what, 1, 60) AS what,
    CASE WHEN g.tier = 'street' THEN m.organ END AS station,
    CASE WHEN g.tier = 'street' THEN g.above WHEN g.tier = 'district' THEN m.organ END AS district,
    CASE WHEN m.means IN ('honey_trap', 'impersonation', 'swap', 'snatching', 'tailing')
      THEN m.means END AS mark,
    CAST(floor(date_diff('day', CAST('2000-01-01' AS TIMESTAMP), m.opened_at) / 92.0) AS BIGINT)
      AS season
  FROM matter m
  LEFT JOIN organ g ON g.organ = m.organ
  WHERE m.kind = 'alarm'
),
withdrawn AS (
  SELECT *, CASE WHEN length(what) > 1 THEN list_transform(generate_series(1, length(what) - 1),
      lambda n: substr(what, n, 2)) END AS pairs
  FROM alarm
  WHERE state IN ('withdrawn', 'withdrawal_confirmed') AND merged_into IS NULL
),
called AS (
  SELECT DISTINCT w.matter_id AS a, q.matter_id AS b
  FROM withdrawn w
  JOIN party p ON p.matter_id = w.matter_id AND p.known_by = 'phone'
  JOIN party q ON q.party = p.party AND q.known_by = 'phone'
),
candidate AS (
  SELECT w.matter_id AS a, o.matter_id AS b
  FROM withdrawn w JOIN alarm o ON o.place = w.place
  WHERE o.opened_at BETWEEN w.opened_at - INTERVAL 91 DAY AND w.opened_at + INTERVAL 91 DAY
  UNION ALL
  SELECT w.matter_id, o.matter_id
  FROM withdrawn w
  CROSS JOIN (VALUES (-1), (0), (1)) AS beside(seasons)
  JOIN alarm o ON o.district = w.district AND o.mark = w.mark AND o.target_kind = w.target_kind
    AND o.season = w.season + beside.seasons
  WHERE o.opened_at BETWEEN w.opened_at - INTERVAL 91 DAY AND w.opened_at + INTERVAL 91 DAY
    AND (o.station = w.station
      OR o.opened_at BETWEEN w.opened_at - INTERVAL 31 DAY AND w.opened_at + INTERVAL 31 DAY)
    AND (o.place <> w.place OR o.place IS NULL OR w.place IS NULL)
  UNION ALL
  SELECT a, b FROM called
),
alike AS (
  SELECT c.a, c.b,
    CASE WHEN o.place = w.place THEN 2.5 ELSE 0 END AS by_place,
    CASE WHEN o.station = w.station THEN 1.5 WHEN o.district = w.district THEN 0.5 ELSE 0 END
      AS by_area,
    CASE WHEN n.a IS NOT NULL THEN 3.5 ELSE 0 END AS by_number,
    CASE WHEN o.means = w.means AND w.means <> 'other' AND o.target_kind = w.target_kind
      THEN CASE WHEN w.mark IS NOT NULL THEN 3 ELSE 1 END
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
  SELECT *, by_place + by_number + by_area + by_method + by_time AS known FROM alike
  WHERE by_place + by_number + by_area + by_method + by_time >= 4
),
strong AS (
  SELECT DISTINCT n.a, n.b, n.known, 1.0
    * array_length(list_filter(w.pairs, lambda pair: contains(o.what, pair)))
    / array_length(w.pairs) AS share
  FROM near n
  JOIN withdrawn w ON w.matter_id = n.a
  JOIN alarm o ON o.matter_id = n.b
  WHERE n.known >= 5.5
),
bar AS (
  SELECT a, weight
  FROM (
    SELECT a, weight, row_number() OVER (PARTITION BY a ORDER BY weight DESC) AS place_no
    FROM (
      SELECT a, known + CASE WHEN share >= 0.7 THEN 2 WHEN share >= 0.5 THEN 1.5
        WHEN share >= 0.25 THEN 1 ELSE 0 END AS weight
      FROM strong
    ) AS weighed
  ) AS ordered
  WHERE place_no = 3
),
compared AS (
  SELECT DISTINCT n.*, 1.0
    * array_length(list_filter(w.pairs, lambda pair: contains(o.what, pair)))
    / array_length(w.pairs) AS share
  FROM near n
  LEFT JOIN bar r ON r.a = n.a
  JOIN withdrawn w ON w.matter_id = n.a
  JOIN alarm o ON o.matter_id = n.b
  WHERE n.known + 2 >= coalesce(r.weight, 6)
),
feature AS (
  SELECT *, CASE WHEN share >= 0.7 THEN 2 WHEN share >= 0.5 THEN 1.5 WHEN share >= 0.25 THEN 1
      ELSE 0 END AS by_words
  FROM compared
),
ranked AS (
  SELECT f.*, known + by_words AS weight,
    row_number() OVER (PARTITION BY a ORDER BY known + by_words DESC, b) AS place_no
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
