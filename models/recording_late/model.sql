-- The clock of storing ended after its hour; the handling and the storing prove it.
SELECT c.matter_id, 'stored_late' AS cause, c.start_seq AS seq
FROM clock c
JOIN matter m ON m.matter_id = c.matter_id
WHERE m.kind = 'alarm' AND c.rule = 'store_recordings' AND c.status = 'ended_late'
