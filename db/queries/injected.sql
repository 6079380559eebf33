-- Where did text come between STARTTLS and TLS?
-- The bits are those of course.anomalies: 32 is the client's side, 1024 the server's.
WITH odd AS (
  SELECT CASE c.anomalies & 1056 WHEN 32 THEN 'client' WHEN 1024 THEN 'server' ELSE 'both' END
      AS text_of,
    s.server_id, s.client_id, s.session_id, c.tls_established, c.text_before_tls
  FROM session s
  JOIN course c ON c.course_id = s.course_id
  WHERE c.anomalies & 1056
)
SELECT o.text_of,
  r.ip AS server_ip,
  r.port AS server_port,
  count(*) AS sessions,
  (SELECT count(*) FROM session a JOIN course b ON b.course_id = a.course_id
   WHERE a.server_id = r.server_id AND b.starttls_reply = 220) AS of_sessions_answered_220,
  count(*) FILTER (WHERE o.tls_established = 1) AS established,
  sum(o.text_before_tls) AS octets,
  count(DISTINCT o.client_id) AS clients,
  min(o.session_id) AS first_session_id
FROM odd o
JOIN server r ON r.server_id = o.server_id
GROUP BY o.text_of, r.server_id
ORDER BY sessions DESC, server_ip, server_port, o.text_of
