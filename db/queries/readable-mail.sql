-- How much mail could an observer read?
SELECT coalesce(sum(s.messages), 0) AS messages,
  coalesce(sum(s.messages + coalesce(s.estimated_messages, 0)), 0)
    AS of_messages_estimated,
  coalesce(sum(s.messages + coalesce(s.estimated_low, 0)), 0)
    AS of_messages_at_least,
  coalesce(sum(s.messages + coalesce(s.estimated_high, 0)), 0)
    AS of_messages_at_most,
  count(*) FILTER (WHERE c.messages_known = 0) AS sessions_with_uncounted_messages,
  count(*) FILTER (WHERE v.class IN ('cleartext', 'stripped')) AS sessions_in_the_clear,
  count(*) FILTER (WHERE c.tls_established = 1) AS sessions_encrypted,
  count(*) FILTER (WHERE c.tls_established = 1 AND s.estimated_messages IS NOT NULL)
    AS sessions_estimated,
  count(*) FILTER (WHERE v.class = 'starttls-failed') AS sessions_failed,
  count(*) FILTER (WHERE coalesce(v.class, 'unknown') <> 'unknown') AS of_sessions_decided,
  count(*) FILTER (WHERE s.content_octets > 0) AS sessions_with_content,
  coalesce(sum(s.content_octets), 0) AS content_octets,
  count(*) AS sessions
FROM session s
JOIN course c ON c.course_id = s.course_id
LEFT JOIN verdict v ON v.session_id = s.session_id
