-- How did it go, day by day?
-- :since TIME  sessions that began then or later; default: all
-- :until TIME  sessions that began before then; default: all
-- Days are those of UTC; one without a session has no row.  in_the_clear (stripped ones are among
-- them), stripped and established are counts of the sessions decided; their low and high: 95 %
-- interval of the share (Wilson), from 20 on.
WITH given AS (
  SELECT time_ns(:since) AS since, time_ns(:until) AS until
), seen AS (
  SELECT s.started_ns / 86400000000000 - (s.started_ns % 86400000000000 < 0) AS day,
    CASE c.messages_known WHEN 1 THEN s.messages END AS messages,
    c.tls_established AS established,
    CASE coalesce(v.class, 'unknown') WHEN 'cleartext' THEN 1 WHEN 'stripped' THEN 2
      WHEN 'unknown' THEN NULL ELSE 0 END AS clear
  FROM session s NOT INDEXED
  CROSS JOIN course c ON c.course_id = s.course_id
  LEFT JOIN verdict v ON v.session_id = s.session_id
  WHERE s.started_ns >= coalesce((SELECT since FROM given), s.started_ns)
    AND s.started_ns < coalesce((SELECT until FROM given), s.started_ns + 1)
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
SELECT strftime('%Y-%m-%d', day * 86400, 'unixepoch') AS day,
  sessions, messages_readable, in_the_clear, stripped, established,
  decided AS of_decided,
  CASE WHEN decided >= 20 THEN round(wilson_low(in_the_clear, decided), 4) END AS in_the_clear_low,
  CASE WHEN decided >= 20 THEN round(wilson_high(in_the_clear, decided), 4) END
    AS in_the_clear_high,
  CASE WHEN decided >= 20 THEN round(wilson_low(stripped, decided), 4) END AS stripped_low,
  CASE WHEN decided >= 20 THEN round(wilson_high(stripped, decided), 4) END AS stripped_high,
  CASE WHEN decided >= 20 THEN round(wilson_low(established, decided), 4) END AS established_low,
  CASE WHEN decided >= 20 THEN round(wilson_high(established, decided), 4) END AS established_high
FROM counted
ORDER BY counted.day
