-- A reply that was sent and says nothing: what is left without courtesies is shorter than a sentence.
-- And one of which nine tenths, in runs of four characters, stand in an earlier reply of the same
-- unit to another letter. Only what was sent counts, in its last wording; letters that were joined
-- have one answer on purpose, and a checker who says why it is alike is not told.
WITH sent AS (
  SELECT e.matter_id, max(e.seq) AS sent_seq
  FROM event e
  WHERE e.kind = 'chief_letter' AND e.act = 'reply'
  GROUP BY e.matter_id
), written AS (
  SELECT d.matter_id, d.seq, d.organ, d.happened_at,
    lower(replace(replace(replace(d.reply_text, ' ', ''), '　', ''), chr(10), '')) AS words,
    row_number() OVER (PARTITION BY d.matter_id ORDER BY d.seq DESC) AS newest
  FROM event d
  JOIN sent s ON s.matter_id = d.matter_id AND d.seq < s.sent_seq
  WHERE d.kind = 'chief_letter' AND d.act = 'draft'
), reply AS (
  SELECT w.matter_id, w.seq, w.organ, w.happened_at, w.words, length(w.words) AS letters,
    CASE WHEN length(w.words) BETWEEN 20 AND 2000 THEN list_transform(
      generate_series(1, length(w.words) - 3), lambda n: substr(w.words, n, 4)) END AS pieces,
    m.letter_class, m.template_reason
  FROM written w
  JOIN matter m ON m.matter_id = w.matter_id
  WHERE w.newest = 1
), bare AS (
  SELECT matter_id, seq, letter_class,
    replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(
      replace(replace(replace(replace(words, '您好', ''), '来信收悉', ''), '来信已收悉', ''),
      '已收悉', ''), '我们高度重视', ''), '高度重视', ''), '您反映的问题', ''), '您反映的情况', ''),
      '将进一步加强管理', ''), '感谢您对公安工作的关心和支持', ''), '感谢您的支持', ''),
      '感谢您的来信', ''), '特此答复', ''), '已转有关部门', ''), '。', ''), '，', '') AS rest
  FROM reply
)
SELECT matter_id, 'empty' AS cause, seq
FROM bare
WHERE length(rest) < 8 AND coalesce(letter_class, '') <> 'thanks'
UNION ALL
SELECT DISTINCT r.matter_id, 'copied', r.seq
FROM reply r
JOIN reply o ON o.organ = r.organ AND o.matter_id <> r.matter_id
  AND (o.happened_at < r.happened_at OR (o.happened_at = r.happened_at AND o.matter_id < r.matter_id))
  AND o.happened_at >= r.happened_at - INTERVAL 365 DAY
WHERE r.letters BETWEEN 20 AND 2000 AND o.letters >= 0.8 * r.letters
  AND r.template_reason IS NULL AND coalesce(r.letter_class, '') <> 'thanks'
  AND array_length(list_filter(r.pieces, lambda piece: contains(o.words, piece))) >= 0.9 * (r.letters - 3)
