-- Why did sessions stay in the clear?
SELECT v.class,
  v.cleartext_reason,
  count(*) AS sessions,
  (SELECT count(*) FROM verdict WHERE class <> 'unknown') AS of_sessions_decided,
  sum(CASE c.messages_known WHEN 1 THEN s.messages END) AS messages,
  sum(s.content_octets) AS content_octets
FROM verdict v
JOIN session s ON s.session_id = v.session_id
JOIN course c ON c.course_id = s.course_id
WHERE v.class IN ('cleartext', 'stripped')
GROUP BY v.class, v.cleartext_reason
ORDER BY sessions DESC, v.class, v.cleartext_reason
