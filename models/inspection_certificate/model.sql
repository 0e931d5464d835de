-- The officer ticks that the cards are valid and the same; the numbers and the day tell otherwise.
-- Lists are JSON text: the first four entries stand between the 1st, 3rd, 5th and 7th quotes.
WITH shown AS (
  SELECT e.matter_id, e.seq, e.happened_local, e.cards_valid_until, e.cards_shown, m.officers
  FROM event e
  JOIN matter m ON m.matter_id = e.matter_id
  WHERE e.kind = 'administrative_inspection' AND e.act = 'show_certificates'
)
SELECT matter_id, 'expired' AS cause, seq
FROM shown
WHERE cards_valid_until < CAST(happened_local AS DATE)
UNION ALL
SELECT matter_id, 'other_officer', seq
FROM shown
WHERE officers NOT LIKE '%"' || split_part(cards_shown, '"', 2) || '"%'
  OR (split_part(cards_shown, '"', 4) <> ''
    AND officers NOT LIKE '%"' || split_part(cards_shown, '"', 4) || '"%')
  OR (split_part(cards_shown, '"', 6) <> ''
    AND officers NOT LIKE '%"' || split_part(cards_shown, '"', 6) || '"%')
  OR (split_part(cards_shown, '"', 8) <> ''
    AND officers NOT LIKE '%"' || split_part(cards_shown, '"', 8) || '"%')
