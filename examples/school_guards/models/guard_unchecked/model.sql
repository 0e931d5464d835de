-- On duty at a school without having been asked about, or still there with a record.
WITH duty AS (
  SELECT matter_id, min(seq) AS seq
  FROM event
  WHERE act = '上岗'
  GROUP BY matter_id
)
SELECT d.matter_id, 'not_asked' AS cause, d.seq
FROM duty d
WHERE NOT EXISTS (
  SELECT 1 FROM event e WHERE e.matter_id = d.matter_id AND e.act = '查询记录' AND e.seq < d.seq
)
UNION ALL
SELECT e.matter_id, 'kept_on', max(e.seq) AS seq
FROM event e
JOIN duty d ON d.matter_id = e.matter_id
WHERE e.act = '查询记录' AND e.record AND NOT EXISTS (
  SELECT 1 FROM event l WHERE l.matter_id = e.matter_id AND l.act = '离岗'
)
GROUP BY e.matter_id
