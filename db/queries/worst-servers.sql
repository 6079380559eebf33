-- Which servers are to be fixed first?
-- :since TIME  sessions that began then or later; default: all
-- :until TIME  sessions that began before then; default: all
-- :rows NUMBER  so many servers at most; default: all
-- Servers where something could be read, by messages, then by sessions in the clear.  Sessions that
-- do not tell their number of messages add none.  low and high: 95 % interval (Wilson) of the share
-- of the sessions decided that were in the clear, from 20 on.
WITH seen AS (
  SELECT server_ip, server_port, messages, starttls_offered AS offered,
    credentials_exposed AS exposed,
    CASE WHEN class IN ('cleartext', 'stripped') OR credentials_exposed = 1 THEN server_name END
      AS name,
    CASE class WHEN 'cleartext' THEN 1 WHEN 'stripped' THEN 2 WHEN 'unknown' THEN NULL ELSE 0 END
      AS clear
  FROM v_session
  WHERE (:since IS NULL OR started_at >= :since) AND (:until IS NULL OR started_at < :until)
  LIMIT -1 -- so that what is selected here is worked out once for each session
), counted AS (
  SELECT server_ip, server_port, max(name) AS one_name,
    coalesce(sum(messages), 0) AS messages_readable,
    count(*) FILTER (WHERE clear > 0) AS in_the_clear,
    count(*) FILTER (WHERE clear = 2) AS stripped,
    count(clear) AS decided,
    count(*) FILTER (WHERE offered = 1) AS offered,
    count(*) FILTER (WHERE offered = 0) AS not_offered,
    count(*) FILTER (WHERE exposed = 1) AS credentials_exposed
  FROM seen
  GROUP BY server_ip, server_port
)
SELECT server_ip, server_port, one_name, messages_readable,
  in_the_clear AS sessions_in_the_clear,
  decided AS of_sessions_decided,
  CASE WHEN decided >= 20 THEN round(wilson_low(in_the_clear, decided), 4) END AS low,
  CASE WHEN decided >= 20 THEN round(wilson_high(in_the_clear, decided), 4) END AS high,
  stripped, offered, not_offered, credentials_exposed
FROM counted
WHERE messages_readable > 0 OR in_the_clear > 0 OR credentials_exposed > 0
ORDER BY messages_readable DESC, in_the_clear DESC, server_ip, server_port
LIMIT coalesce(:rows, -1)
