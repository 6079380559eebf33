-- Which servers are to be fixed first?
-- :since TIME  sessions that began then or later; default: all
-- :until TIME  sessions that began before then; default: all
-- :rows NUMBER  so many servers at most; default: all
-- Servers where something could be read, by messages, then by sessions in the clear.  Messages whose
-- number a session does not tell are not in it.  low and high: 95 % interval (Wilson) of the share of
-- the sessions decided that were in the clear, from 20 on.
SELECT server_ip,
  server_port,
  max(server_name) AS one_name,
  coalesce(sum(messages), 0) AS messages_readable,
  count(*) FILTER (WHERE class IN ('cleartext', 'stripped')) AS sessions_in_the_clear,
  count(*) FILTER (WHERE class <> 'unknown') AS of_sessions_decided,
  CASE WHEN count(*) FILTER (WHERE class <> 'unknown') >= 20
    THEN round(wilson_low(count(*) FILTER (WHERE class IN ('cleartext', 'stripped')),
                          count(*) FILTER (WHERE class <> 'unknown')), 4) END AS low,
  CASE WHEN count(*) FILTER (WHERE class <> 'unknown') >= 20
    THEN round(wilson_high(count(*) FILTER (WHERE class IN ('cleartext', 'stripped')),
                           count(*) FILTER (WHERE class <> 'unknown')), 4) END AS high,
  count(*) FILTER (WHERE starttls_offered = 1) AS offered,
  count(*) FILTER (WHERE starttls_offered = 0) AS not_offered,
  count(*) FILTER (WHERE class = 'stripped') AS stripped,
  count(*) FILTER (WHERE credentials_exposed = 1) AS credentials_exposed
FROM v_session
WHERE (:since IS NULL OR started_at >= :since) AND (:until IS NULL OR started_at < :until)
GROUP BY server_ip, server_port
HAVING messages_readable > 0 OR sessions_in_the_clear > 0 OR credentials_exposed > 0
ORDER BY messages_readable DESC, sessions_in_the_clear DESC, server_ip, server_port
LIMIT coalesce(:rows, -1)
