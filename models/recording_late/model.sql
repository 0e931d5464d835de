-- The clock of storing ended after its hour; the handling and the storing prove it.
SELECT c.matter_id, 'stored_late' AS cause, c.start_seq AS seq
FROM clock c
JOIN matter m ON m.matter_id = c.matter_id
WHERE c.status = 'ended_late'
  AND ((m.kind = 'alarm' AND c.rule = 'store_recordings')
    OR (m.kind = 'evidence' AND c.rule IN ('upload', 'upload_questioning')))
