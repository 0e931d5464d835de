SELECT 'of' AS measure, count(DISTINCT matter_id) AS n FROM evidence WHERE sort = 'photos_after'
