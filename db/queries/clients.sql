-- Which clients send most in the clear, and could they do better?
-- :since TIME  sessions that began then or later; default: all
-- :until TIME  sessions that began before then; default: all
-- :rows NUMBER  so many clients at most; default: all
-- Messages in the clear, and of them those sent though STARTTLS was offered, which the client could
-- mend, and those sent where it was not, which the server could; by these two.  requested: sessions
-- that used the offer.  low and high: 95 % interval (Wilson) of their share, from 20 on.
SELECT client_ip,
  max(client_name) AS one_name,
  coalesce(sum(messages), 0) AS messages_in_the_clear,
  coalesce(sum(messages) FILTER (WHERE starttls_offered = 1), 0) AS messages_though_offered,
  coalesce(sum(messages) FILTER (WHERE starttls_offered = 0), 0) AS messages_not_offered,
  count(*) FILTER (WHERE class IN ('cleartext', 'stripped')) AS sessions_in_the_clear,
  count(*) FILTER (WHERE starttls_offered = 1 AND starttls_requested = 1) AS requested,
  count(starttls_requested) FILTER (WHERE starttls_offered = 1) AS of_sessions_offered,
  CASE WHEN count(starttls_requested) FILTER (WHERE starttls_offered = 1) >= 20
    THEN round(wilson_low(
      count(*) FILTER (WHERE starttls_offered = 1 AND starttls_requested = 1),
      count(starttls_requested) FILTER (WHERE starttls_offered = 1)), 4) END AS low,
  CASE WHEN count(starttls_requested) FILTER (WHERE starttls_offered = 1) >= 20
    THEN round(wilson_high(
      count(*) FILTER (WHERE starttls_offered = 1 AND starttls_requested = 1),
      count(starttls_requested) FILTER (WHERE starttls_offered = 1)), 4) END AS high,
  count(*) FILTER (WHERE credentials_exposed = 1) AS credentials_exposed
FROM v_session
WHERE (:since IS NULL OR started_at >= :since) AND (:until IS NULL OR started_at < :until)
GROUP BY client_ip
HAVING messages_in_the_clear > 0 OR sessions_in_the_clear > 0 OR credentials_exposed > 0
ORDER BY messages_though_offered DESC, messages_not_offered DESC, messages_in_the_clear DESC,
  sessions_in_the_clear DESC, client_ip
LIMIT coalesce(:rows, -1)
