-- The window writes that what is lacking cannot be shared; the list says otherwise. An entry counts
-- when it is the document itself or its original, copy or scan, not words about it.
WITH held AS (
  SELECT '身份证' AS document
  UNION ALL SELECT '居民身份证'
  UNION ALL SELECT '户口簿'
  UNION ALL SELECT '营业执照'
  UNION ALL SELECT '结婚证'
  UNION ALL SELECT '离婚证'
  UNION ALL SELECT '出生医学证明'
  UNION ALL SELECT '不动产权证'
  UNION ALL SELECT '驾驶证'
  UNION ALL SELECT '行驶证'
  UNION ALL SELECT '居住证'
), asked AS (
  SELECT m.matter_id,
    max(CASE WHEN m.prefilled LIKE '%' || h.document || '%' THEN 1 ELSE 0 END) AS filled
  FROM matter m
  JOIN held h ON m.lacking LIKE '%"' || h.document || '"%'
    OR m.lacking LIKE '%"' || h.document || '复印件"%'
    OR m.lacking LIKE '%"' || h.document || '原件"%'
    OR m.lacking LIKE '%"' || h.document || '扫描件"%'
  WHERE m.kind = 'service_item'
  GROUP BY m.matter_id
)
SELECT a.matter_id,
  CASE WHEN a.filled = 1 THEN 'asked_twice' ELSE 'state_holds' END AS cause,
  e.seq
FROM asked a
JOIN event e ON e.matter_id = a.matter_id
WHERE e.kind = 'service_item' AND e.act = 'ask_correction'
