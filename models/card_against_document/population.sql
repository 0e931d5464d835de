SELECT 'of' AS measure, count(*) AS n
FROM event
WHERE kind IN ('civil_first_instance', 'criminal_first_instance', 'enforcement',
    'property_penalty_enforcement', 'pre_litigation_mediation', 'judicial_confirmation',
    'vehicle_control', 'judicial_suggestion', 'people_mediation')
  AND coalesce(case_no, pretrial_no, ruling_no, suggestion_no, agreement_digest) IS NOT NULL
