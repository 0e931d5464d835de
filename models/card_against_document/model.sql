-- A number or a text on the card that its document cannot bear; the event that wrote it proves it.
WITH told AS (
  SELECT matter_id, kind, act, seq, ruling_no, suggestion_no,
    coalesce(case_no, pretrial_no) AS number,
    agreement_digest, applicant_digest, respondent_digest,
    CAST(extract(YEAR FROM happened_local) AS VARCHAR) AS this_year,
    CAST(CASE WHEN extract(MONTH FROM happened_local) = 1
      THEN extract(YEAR FROM happened_local) - 1
      ELSE extract(YEAR FROM happened_local) END AS VARCHAR) AS or_year
  FROM event
  WHERE kind IN ('civil_first_instance', 'criminal_first_instance', 'enforcement',
      'property_penalty_enforcement', 'pre_litigation_mediation', 'judicial_confirmation',
      'vehicle_control', 'judicial_suggestion', 'people_mediation')
    AND coalesce(case_no, pretrial_no, ruling_no, suggestion_no, agreement_digest) IS NOT NULL
)
SELECT matter_id, 'case_no_year' AS cause, seq
FROM told
WHERE (act IN ('file', 'file_returned', 'consent')
    OR (act = 'accept' AND kind IN ('criminal_first_instance', 'judicial_confirmation')))
  AND substr(number, 2, 4) NOT IN (this_year, or_year)
UNION ALL
SELECT matter_id, 'case_no_type', seq
FROM told
WHERE (act IN ('file', 'file_returned', 'consent')
    OR (act = 'accept' AND kind IN ('criminal_first_instance', 'judicial_confirmation')))
  AND NOT (number LIKE CASE
    WHEN kind = 'criminal_first_instance' THEN '%刑初%'
    WHEN kind IN ('enforcement', 'property_penalty_enforcement') THEN '%执%'
    WHEN kind = 'judicial_confirmation' THEN '%民特%'
    WHEN act = 'consent' THEN '%诉前调%'
    ELSE '%民初%' END)
UNION ALL
SELECT matter_id, 'ruling_no_year', seq
FROM told
WHERE kind IN ('enforcement', 'property_penalty_enforcement', 'vehicle_control')
  AND substr(ruling_no, 2, 4) NOT IN (this_year, or_year)
UNION ALL
SELECT matter_id, 'suggestion_no_year', seq
FROM told
WHERE act = 'sign' AND suggestion_no NOT LIKE concat('%〔', this_year, '〕%')
  AND suggestion_no NOT LIKE concat('%〔', or_year, '〕%')
UNION ALL
SELECT matter_id, 'signed_other_text', seq
FROM told
WHERE act = 'agree_written' AND (applicant_digest <> agreement_digest
  OR respondent_digest <> agreement_digest)
