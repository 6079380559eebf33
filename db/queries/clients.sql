-- Which clients send most in the clear, and why?
-- :since TIME  sessions that began then or later; default: all
-- :until TIME  sessions that began before then; default: all
-- :rows NUMBER  so many clients at most; default: all
-- Messages in the clear, and of them those sent though STARTTLS was offered, which the client could
-- mend, and those sent where it was not, which the server could; by these two.  used: sessions that
-- asked for TLS where it was offered.  low and high: 95 % interval (Wilson) of their share, from 20
-- on.
WITH seen AS (
  SELECT client_ip, messages, starttls_offered AS offered, credentials_exposed AS exposed,
    CASE WHEN starttls_offered = 1 THEN starttls_requested END AS used,
    class IN ('cleartext', 'stripped') AS clear,
    CASE WHEN class IN ('cleartext', 'stripped') OR credentials_exposed = 1 THEN client_name END
      AS name
  FROM v_session
  WHERE (:since IS NULL OR started_at >= :since) AND (:until IS NULL OR started_at < :until)
  LIMIT -1 -- so that what is selected here is worked out once for each session
), counted AS (
  SELECT client_ip, max(name) AS one_name,
    coalesce(sum(messages), 0) AS messages_in_the_clear,
    coalesce(sum(messages) FILTER (WHERE offered = 1), 0) AS messages_though_offered,
    coalesce(sum(messages) FILTER (WHERE offered = 0), 0) AS messages_not_offered,
    sum(clear) AS in_the_clear,
    count(*) FILTER (WHERE used = 1) AS used,
    count(used) AS could_use,
    count(*) FILTER (WHERE exposed = 1) AS credentials_exposed
  FROM seen
  GROUP BY client_ip
)
SELECT client_ip, one_name, messages_in_the_clear, messages_though_offered, messages_not_offered,
  in_the_clear AS sessions_in_the_clear,
  used,
  could_use AS of_sessions_offered,
  CASE WHEN could_use >= 20 THEN round(wilson_low(used, could_use), 4) END AS low,
  CASE WHEN could_use >= 20 THEN round(wilson_high(used, could_use), 4) END AS high,
  credentials_exposed
FROM counted
WHERE messages_in_the_clear > 0 OR in_the_clear > 0 OR credentials_exposed > 0
ORDER BY messages_though_offered DESC, messages_not_offered DESC, messages_in_the_clear DESC,
  in_the_clear DESC, client_ip
LIMIT coalesce(:rows, -1)
