-- Numbers that look ordered: a member organ joins exactly as many matters every week (its first and
-- last week, which are cut, left out), most join in
-- the last three days, the plan names a number, or a station fines on the spot exactly as often
-- week after week. The cause is the organ that set the campaign, or stands above the station;
-- never an officer.
WITH campaign AS (
  SELECT e.matter_id, coalesce(max(CASE WHEN e.act = 'approve' THEN e.seq END), 1) AS seq,
    max(CASE WHEN e.act = 'approve' THEN e.organ END) AS setter,
    max(CASE WHEN e.act = 'end_campaign' THEN e.happened_local END) AS ended_at
  FROM event e
  WHERE e.kind = 'campaign'
  GROUP BY e.matter_id
),
joined AS (
  SELECT matter_id, organ, date_trunc('week', happened_local) AS week, count(*) AS n
  FROM event
  WHERE kind = 'campaign' AND act = 'join_matter'
  GROUP BY matter_id, organ, date_trunc('week', happened_local)
),
weekly AS (
  SELECT matter_id, organ, week, n, min(week) OVER (PARTITION BY matter_id, organ) AS first_week,
    max(week) OVER (PARTITION BY matter_id, organ) AS last_week
  FROM joined
),
ordered AS (
  SELECT matter_id
  FROM weekly
  WHERE week > first_week AND week < last_week
  GROUP BY matter_id, organ
  HAVING count(*) >= 3 AND min(n) = max(n) AND min(n) >= 3
  UNION
  SELECT j.matter_id
  FROM event j
  JOIN campaign c ON c.matter_id = j.matter_id
  WHERE j.kind = 'campaign' AND j.act = 'join_matter' AND c.ended_at IS NOT NULL
  GROUP BY j.matter_id
  HAVING count(*) >= 10 AND 5 * count(CASE
    WHEN j.happened_local > c.ended_at - INTERVAL 3 DAY THEN 1 END) >= 3 * count(*)
  UNION
  SELECT matter_id
  FROM matter
  WHERE kind = 'campaign' AND regexp_matches(
    concat(coalesce(title, ''), coalesce(scope, ''), coalesce(summary_text, '')),
    '(不少于|至少|每周|每月|人均)[0-9一二三四五六七八九十百]+[件起人]|末位|完成任务数')
),
fined AS (
  SELECT organ, date_trunc('week', happened_local) AS week, count(*) AS n,
    max(matter_id) AS matter_id
  FROM event
  WHERE kind = 'public_security_case' AND act = 'punish_on_spot'
  GROUP BY organ, date_trunc('week', happened_local)
),
even AS (
  SELECT f.organ, max(f.matter_id) AS matter_id
  FROM fined f
  CROSS JOIN today t
  WHERE f.week >= date_trunc('week', t.at_local) - INTERVAL 42 DAY
    AND f.week < date_trunc('week', t.at_local)
  GROUP BY f.organ
  HAVING count(*) = 6 AND min(f.n) = max(f.n) AND min(f.n) >= 3
)
SELECT o.matter_id, coalesce(c.setter, m.organ, '') AS cause, c.seq
FROM ordered o
JOIN campaign c ON c.matter_id = o.matter_id
JOIN matter m ON m.matter_id = o.matter_id
UNION ALL
SELECT e.matter_id, coalesce(g.above, e.organ), 1
FROM even e
LEFT JOIN organ g ON g.organ = e.organ
