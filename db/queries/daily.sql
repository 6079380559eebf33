-- How did it go, day by day?
-- :since TIME  sessions that began then or later; default: all
-- :until TIME  sessions that began before then; default: all
-- Days are those of UTC; one without a session has no row.  in_the_clear (stripped ones are among
-- them), stripped and established are counts of the sessions decided; their low and high: 95 %
-- interval of the share (Wilson), from 20 on.
WITH day AS (
  SELECT substr(started_at, 1, 10) AS day,
    count(*) AS sessions,
    count(*) FILTER (WHERE class IN ('cleartext', 'stripped')) AS clear,
    count(*) FILTER (WHERE class = 'stripped') AS stripped,
    count(*) FILTER (WHERE class <> 'unknown' AND tls_established = 1) AS established,
    count(*) FILTER (WHERE class <> 'unknown') AS decided,
    sum(messages) AS messages
  FROM v_session
  WHERE (:since IS NULL OR started_at >= :since) AND (:until IS NULL OR started_at < :until)
  GROUP BY 1
)
SELECT day,
  sessions,
  coalesce(messages, 0) AS messages_readable,
  clear AS in_the_clear,
  stripped,
  established,
  decided AS of_decided,
  CASE WHEN decided >= 20 THEN round(wilson_low(clear, decided), 4) END AS in_the_clear_low,
  CASE WHEN decided >= 20 THEN round(wilson_high(clear, decided), 4) END AS in_the_clear_high,
  CASE WHEN decided >= 20 THEN round(wilson_low(stripped, decided), 4) END AS stripped_low,
  CASE WHEN decided >= 20 THEN round(wilson_high(stripped, decided), 4) END AS stripped_high,
  CASE WHEN decided >= 20 THEN round(wilson_low(established, decided), 4) END AS established_low,
  CASE WHEN decided >= 20 THEN round(wilson_high(established, decided), 4) END AS established_high
FROM day
ORDER BY day
