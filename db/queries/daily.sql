-- How did it go, day by day?
-- :since TIME  sessions that began then or later; default: all
-- :until TIME  sessions that began before then; default: all
-- Days are those of UTC; one without a session has no row.  in_the_clear (stripped ones are among
-- them), stripped and established are counts of the sessions decided; their low and high: 95 %
-- interval of the share (Wilson), from 20 on.
WITH seen AS (
  SELECT substr(started_at, 1, 10) AS day, messages, tls_established AS established,
    CASE class WHEN 'cleartext' THEN 1 WHEN 'stripped' THEN 2 WHEN 'unknown' THEN NULL ELSE 0 END
      AS clear
  FROM v_session
  WHERE (:since IS NULL OR started_at >= :since) AND (:until IS NULL OR started_at < :until)
  LIMIT -1 -- so that what is selected here is worked out once for each session
), counted AS (
  SELECT day,
    count(*) AS sessions,
    coalesce(sum(messages), 0) AS messages_readable,
    count(*) FILTER (WHERE clear > 0) AS in_the_clear,
    count(*) FILTER (WHERE clear = 2) AS stripped,
    count(clear) FILTER (WHERE established = 1) AS established,
    count(clear) AS decided
  FROM seen
  GROUP BY day
)
SELECT day, sessions, messages_readable, in_the_clear, stripped, established,
  decided AS of_decided,
  CASE WHEN decided >= 20 THEN round(wilson_low(in_the_clear, decided), 4) END AS in_the_clear_low,
  CASE WHEN decided >= 20 THEN round(wilson_high(in_the_clear, decided), 4) END
    AS in_the_clear_high,
  CASE WHEN decided >= 20 THEN round(wilson_low(stripped, decided), 4) END AS stripped_low,
  CASE WHEN decided >= 20 THEN round(wilson_high(stripped, decided), 4) END AS stripped_high,
  CASE WHEN decided >= 20 THEN round(wilson_low(established, decided), 4) END AS established_low,
  CASE WHEN decided >= 20 THEN round(wilson_high(established, decided), 4) END AS established_high
FROM counted
ORDER BY day
