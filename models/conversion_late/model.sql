-- A fast or summary trial turned into a longer one after its own limit had already run out.
WITH turns AS (
  SELECT matter_id, seq, act, happened_local,
    lag(happened_local) OVER (PARTITION BY matter_id ORDER BY seq) AS began_local,
    lag(track) OVER (PARTITION BY matter_id ORDER BY seq) AS track_before
  FROM event
  WHERE kind = 'criminal_first_instance'
    AND act IN ('accept', 'resume_trial', 'to_simplified', 'to_ordinary')
),
facts AS (
  SELECT matter_id,
    max(CASE WHEN likely_over_year THEN 1 ELSE 0 END) AS over_year,
    max(CASE WHEN likely_over_three THEN 1 ELSE 0 END) AS over_three,
    max(CASE WHEN act IN ('suspend', 'start_mental', 'supplement') THEN 1 ELSE 0 END) AS paused
  FROM event
  WHERE kind = 'criminal_first_instance'
  GROUP BY matter_id
)
SELECT u.matter_id, 'after_limit' AS cause, u.seq
FROM turns u
JOIN facts f ON f.matter_id = u.matter_id
JOIN matter m ON m.matter_id = u.matter_id
WHERE u.act IN ('to_simplified', 'to_ordinary') AND f.paused = 0
  AND date_diff('day', u.began_local, u.happened_local)
    > CASE WHEN u.track_before = 'fast' THEN CASE WHEN f.over_year = 1 THEN 15 ELSE 10 END
        WHEN u.track_before = 'simplified' THEN CASE WHEN f.over_three = 1 THEN 46 ELSE 20 END
      END
      + CASE WHEN m.detained THEN 0 ELSE 10 END
