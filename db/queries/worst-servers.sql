-- Which servers are to be fixed first?
-- :since TIME  sessions that began then or later; default: all
-- :until TIME  sessions that began before then; default: all
-- :rows NUMBER  so many servers at most; default: all
-- Servers where something could be read, by messages, then by sessions in the clear.  Sessions that
-- do not tell their number of messages add none.  low and high: 95 % interval (Wilson) of the share
-- of the sessions decided that were in the clear, from 20 on.
WITH given AS (
  SELECT time_ns(:since) AS since, time_ns(:until) AS until
), seen AS (
  SELECT s.server_id, CASE c.messages_known WHEN 1 THEN s.messages END AS messages,
    c.starttls_offered AS offered, c.credentials_exposed AS exposed,
    CASE WHEN v.class IN ('cleartext', 'stripped') OR c.credentials_exposed = 1
      THEN (SELECT b.server_name FROM banner b WHERE b.banner_id = s.banner_id) END AS name,
    CASE coalesce(v.class, 'unknown') WHEN 'cleartext' THEN 1 WHEN 'stripped' THEN 2
      WHEN 'unknown' THEN NULL ELSE 0 END AS clear
  FROM session s NOT INDEXED
  CROSS JOIN course c ON c.course_id = s.course_id
  LEFT JOIN verdict v ON v.session_id = s.session_id
  WHERE s.started_ns >= coalesce((SELECT since FROM given), s.started_ns)
    AND s.started_ns < coalesce((SELECT until FROM given), s.started_ns + 1)
  LIMIT -1 -- so that what is selected here is worked out once for each session
), counted AS (
  SELECT server_id, max(name) AS one_name,
    coalesce(sum(messages), 0) AS messages_readable,
    count(*) FILTER (WHERE clear > 0) AS in_the_clear,
    count(*) FILTER (WHERE clear = 2) AS stripped,
    count(clear) AS decided,
    count(*) FILTER (WHERE offered = 1) AS offered,
    count(*) FILTER (WHERE offered = 0) AS not_offered,
    count(*) FILTER (WHERE exposed = 1) AS credentials_exposed
  FROM seen
  GROUP BY server_id
)
SELECT r.ip AS server_ip, r.port AS server_port, one_name, messages_readable,
  in_the_clear AS sessions_in_the_clear,
  decided AS of_sessions_decided,
  CASE WHEN decided >= 20 THEN round(wilson_low(in_the_clear, decided), 4) END AS low,
  CASE WHEN decided >= 20 THEN round(wilson_high(in_the_clear, decided), 4) END AS high,
  stripped, offered, not_offered, credentials_exposed
FROM counted
JOIN server r ON r.server_id = counted.server_id
WHERE messages_readable > 0 OR in_the_clear > 0 OR credentials_exposed > 0
ORDER BY messages_readable DESC, in_the_clear DESC, server_ip, server_port
LIMIT coalesce(:rows, -1)
