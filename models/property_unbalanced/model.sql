-- What was seized, listed, stored and handed out must be the same number; what was borrowed must
-- come back whole. Items are a JSON list of texts.
WITH seized AS (
  SELECT matter_id, seq, act, list_count, kept_count, out_count, as_before,
    max(CASE WHEN act LIKE 'seize%'
      THEN (length(items) - length(replace(items, '","', ''))) / 3 + 1 END)
      OVER (PARTITION BY matter_id) AS items_count,
    max(list_count) OVER (PARTITION BY matter_id) AS listed
  FROM event
  WHERE kind = 'case_property'
)
SELECT matter_id, 'listed_fewer' AS cause, seq
FROM seized
WHERE list_count < items_count
UNION ALL
SELECT matter_id, 'count_differs', seq
FROM seized
WHERE kept_count <> listed OR out_count <> listed
UNION ALL
SELECT matter_id, 'damaged', seq
FROM seized
WHERE act = 'put_back' AND NOT as_before
