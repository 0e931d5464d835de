SELECT 'of' AS measure, count(*) AS n FROM matter WHERE merged_into IS NOT NULL
