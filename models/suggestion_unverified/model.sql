-- An answer is no correction: nobody looked, or looked only at what the organ had sent itself.
WITH replies AS (
  SELECT matter_id,
    max(CASE WHEN act = 'reply' THEN seq END) AS reply_seq,
    max(CASE WHEN act = 'reply' THEN happened_at END) AS reply_at,
    max(CASE WHEN act IN ('verify_done', 'look_pass') THEN seq END) AS look_seq,
    max(CASE WHEN act IN ('verify_done', 'look_pass') THEN happened_at END) AS look_at
  FROM event
  WHERE kind IN ('judicial_suggestion', 'procuratorial_suggestion')
    AND act IN ('reply', 'verify_done', 'look_pass')
  GROUP BY matter_id
)
SELECT m.matter_id, 'left' AS cause, r.reply_seq AS seq
FROM matter m
JOIN replies r ON r.matter_id = m.matter_id
CROSS JOIN today t
WHERE m.kind IN ('judicial_suggestion', 'procuratorial_suggestion') AND m.state = 'replied'
  AND t.at > r.reply_at + INTERVAL 60 DAY
UNION ALL
SELECT matter_id, 'on_receipt' AS cause, look_seq AS seq
FROM replies
WHERE look_seq > reply_seq AND look_at < reply_at + INTERVAL 1 HOUR
UNION ALL
SELECT own.matter_id, 'same_material' AS cause, look.seq
FROM evidence own
JOIN evidence look ON look.matter_id = own.matter_id AND look.digest = own.digest
JOIN matter m ON m.matter_id = own.matter_id
WHERE m.kind IN ('judicial_suggestion', 'procuratorial_suggestion')
  AND own.sort = 'evidence' AND look.sort = 'look_photos'
