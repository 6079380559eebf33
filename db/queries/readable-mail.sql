-- How much mail could an observer read?
SELECT coalesce(sum(s.messages), 0) AS messages,
  count(*) FILTER (WHERE s.messages_known = 0) AS sessions_with_uncounted_messages,
  count(*) FILTER (WHERE v.class IN ('cleartext', 'stripped')) AS sessions_in_the_clear,
  count(*) FILTER (WHERE v.class IN ('starttls', 'implicit-tls')) AS sessions_encrypted,
  count(*) FILTER (WHERE v.class = 'starttls-failed') AS sessions_failed,
  count(*) FILTER (WHERE coalesce(v.class, 'unknown') <> 'unknown') AS of_sessions_decided,
  count(*) FILTER (WHERE s.content_octets > 0) AS sessions_with_content,
  coalesce(sum(s.content_octets), 0) AS content_octets,
  count(*) AS sessions
FROM session s
LEFT JOIN verdict v ON v.session_id = s.session_id
