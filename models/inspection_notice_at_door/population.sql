SELECT 'of' AS measure, count(DISTINCT n.matter_id) AS n
FROM event n
JOIN event v ON v.matter_id = n.matter_id
WHERE n.kind = 'administrative_inspection' AND n.act = 'notify' AND n.notice_how = 'ahead'
  AND v.kind = 'administrative_inspection' AND v.act = 'show_certificates'
