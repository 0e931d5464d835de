-- By the record of the court, never by the organ's own report; the organ sued must answer for it.
SELECT e.matter_id, m.sued_organ AS cause, max(e.seq) AS seq
FROM event e
JOIN matter m ON m.matter_id = e.matter_id
WHERE e.kind = 'court_appearance' AND e.act IN ('class_absent', 'class_silent')
  AND m.state IN ('suggested', 'silent') AND m.sued_organ IS NOT NULL
GROUP BY e.matter_id, m.sued_organ
