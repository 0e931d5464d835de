-- The last event of the matter is the citizen's contest of its closing: nobody has done anything.
SELECT c.matter_id, 'unheard' AS cause, c.seq
FROM event c
JOIN matter m ON m.matter_id = c.matter_id
WHERE c.act = 'contest' AND c.seq = m.last_seq
