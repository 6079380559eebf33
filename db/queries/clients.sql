-- Which clients send most in the clear, and why?
-- :since TIME  sessions that began then or later; default: all
-- :until TIME  sessions that began before then; default: all
-- :rows NUMBER  so many clients at most; default: all
-- Messages in the clear, and of them those sent though STARTTLS was offered, which the client could
-- mend, and those sent where it was not, which the server could; by these two.  used: sessions that
-- asked for TLS where it was offered.  low and high: 95 % interval (Wilson) of their share, from 20
-- on.
WITH given AS (
  SELECT time_ns(:since) AS since, time_ns(:until) AS until
), seen AS (
  SELECT s.client_id, CASE c.messages_known WHEN 1 THEN s.messages END AS messages,
    c.starttls_offered AS offered, c.credentials_exposed AS exposed,
    CASE WHEN c.starttls_offered = 1 THEN c.starttls_requested END AS used,
    coalesce(v.class IN ('cleartext', 'stripped'), 0) AS clear,
    CASE WHEN v.class IN ('cleartext', 'stripped') OR c.credentials_exposed = 1
      THEN (SELECT n.name FROM name n WHERE n.name_id = s.client_name_id) END AS name
  FROM session s NOT INDEXED
  CROSS JOIN course c ON c.course_id = s.course_id
  LEFT JOIN verdict v ON v.session_id = s.session_id
  WHERE s.started_ns >= coalesce((SELECT since FROM given), s.started_ns)
    AND s.started_ns < coalesce((SELECT until FROM given), s.started_ns + 1)
  LIMIT -1 -- so that what is selected here is worked out once for each session
), counted AS (
  SELECT client_id, max(name) AS one_name,
    coalesce(sum(messages), 0) AS messages_in_the_clear,
    coalesce(sum(messages) FILTER (WHERE offered = 1), 0) AS messages_though_offered,
    coalesce(sum(messages) FILTER (WHERE offered = 0), 0) AS messages_not_offered,
    sum(clear) AS in_the_clear,
    count(*) FILTER (WHERE used = 1) AS used,
    count(used) AS could_use,
    count(*) FILTER (WHERE exposed = 1) AS credentials_exposed
  FROM seen
  GROUP BY client_id
)
SELECT k.ip AS client_ip, one_name, messages_in_the_clear, messages_though_offered,
  messages_not_offered,
  in_the_clear AS sessions_in_the_clear,
  used,
  could_use AS of_sessions_offered,
  CASE WHEN could_use >= 20 THEN round(wilson_low(used, could_use), 4) END AS low,
  CASE WHEN could_use >= 20 THEN round(wilson_high(used, could_use), 4) END AS high,
  credentials_exposed
FROM counted
JOIN client k ON k.client_id = counted.client_id
WHERE messages_in_the_clear > 0 OR in_the_clear > 0 OR credentials_exposed > 0
ORDER BY messages_though_offered DESC, messages_not_offered DESC, messages_in_the_clear DESC,
  in_the_clear DESC, client_ip
LIMIT coalesce(:rows, -1)
