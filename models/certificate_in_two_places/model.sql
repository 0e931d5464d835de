-- A person is in one place: from showing the card to the record made on the spot, and two hours
-- where no record was made yet. The card number stands in JSON text between quotes.
WITH shown AS (
  SELECT matter_id, seq, happened_at AS begins, cards_shown, inspection_card
  FROM event
  WHERE kind = 'administrative_inspection' AND act = 'show_certificates'
), recorded AS (
  SELECT matter_id, max(happened_at) AS ends
  FROM event
  WHERE kind = 'administrative_inspection' AND act = 'record'
  GROUP BY matter_id
), card AS (
  SELECT matter_id, seq, begins, split_part(cards_shown, '"', 2) AS number FROM shown
  UNION ALL SELECT matter_id, seq, begins, split_part(cards_shown, '"', 4) FROM shown
  UNION ALL SELECT matter_id, seq, begins, split_part(cards_shown, '"', 6) FROM shown
  UNION ALL SELECT matter_id, seq, begins, split_part(cards_shown, '"', 8) FROM shown
), stay AS (
  SELECT c.matter_id, c.seq, c.number, c.begins, m.target_code,
    coalesce(r.ends, c.begins + INTERVAL 2 HOUR) AS ends
  FROM card c
  JOIN matter m ON m.matter_id = c.matter_id
  LEFT JOIN recorded r ON r.matter_id = c.matter_id
  WHERE c.number <> ''
), used AS (
  SELECT inspection_card FROM shown
  GROUP BY inspection_card
  HAVING count(DISTINCT matter_id) > 1
)
SELECT DISTINCT a.matter_id, 'two_places' AS cause, a.seq
FROM stay a
JOIN stay b ON b.number = a.number
WHERE a.matter_id <> b.matter_id AND a.target_code <> b.target_code
  AND a.begins < b.ends AND b.begins < a.ends
UNION ALL
SELECT s.matter_id, 'card_reused', s.seq
FROM shown s
JOIN used u ON u.inspection_card = s.inspection_card
