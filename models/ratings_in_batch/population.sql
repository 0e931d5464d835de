SELECT 'of' AS measure, count(*) AS n FROM rating WHERE stars = 5
