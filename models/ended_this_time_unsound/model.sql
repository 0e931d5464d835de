-- What stood in the file when enforcement was ended for now contradicts the ground of the ending.
WITH ending AS (
  SELECT matter_id, max(seq) AS seq
  FROM event
  WHERE kind IN ('enforcement', 'property_penalty_enforcement') AND act = 'close_this_time'
  GROUP BY matter_id
),
stood AS (
  SELECT n.matter_id, n.seq,
    max(CASE WHEN e.seq = n.seq THEN e.left_property END) AS left_property,
    max(CASE WHEN e.seq = n.seq THEN e.unpaid_amount END) AS unpaid_amount,
    max(CASE WHEN e.search_result = 'found' THEN e.seq ELSE 0 END) AS found_seq,
    max(CASE WHEN e.search_result = 'none' THEN e.seq ELSE 0 END) AS none_seq,
    max(CASE WHEN e.act = 'freeze_deposit' THEN e.seq ELSE 0 END) AS frozen_seq,
    max(CASE WHEN e.act = 'end_deposit' THEN e.seq ELSE 0 END) AS thawed_seq,
    max(CASE WHEN e.act = 'seize_movable' THEN e.seq ELSE 0 END) AS movable_seq,
    max(CASE WHEN e.act = 'end_movable' THEN e.seq ELSE 0 END) AS movable_end_seq,
    max(CASE WHEN e.act = 'seize_estate' THEN e.seq ELSE 0 END) AS estate_seq,
    max(CASE WHEN e.act = 'end_estate' THEN e.seq ELSE 0 END) AS estate_end_seq
  FROM ending n
  JOIN event e ON e.matter_id = n.matter_id AND e.seq <= n.seq
  GROUP BY n.matter_id, n.seq
)
SELECT matter_id, 'found_property' AS cause, seq
FROM stood
WHERE left_property = 'none' AND found_seq > none_seq
UNION ALL
SELECT matter_id, 'still_held' AS cause, seq
FROM stood
WHERE left_property = 'none' AND (frozen_seq > thawed_seq OR movable_seq > movable_end_seq
  OR estate_seq > estate_end_seq)
UNION ALL
SELECT matter_id, 'nothing_unpaid' AS cause, seq
FROM stood
WHERE unpaid_amount <= 0
