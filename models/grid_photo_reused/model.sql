-- The same file, to the last byte, under two headings: nobody took a second picture.
SELECT b.matter_id,
  CASE WHEN b.sort = 'photos_check' THEN 'check_is_after' ELSE 'after_is_before' END AS cause,
  b.seq
FROM evidence a
JOIN evidence b ON b.matter_id = a.matter_id AND b.digest = a.digest
WHERE (a.sort = 'photos_after' AND b.sort = 'photos_check')
  OR (a.sort = 'photos_before' AND b.sort = 'photos_after')
