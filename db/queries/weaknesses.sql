-- What was weak or obsolete in TLS (RFC 9325, RFC 8996)?
SELECT w.weakness,
  count(*) AS sessions,
  (SELECT count(*) FROM session s JOIN course c ON c.course_id = s.course_id
   WHERE c.tls_established = 1) AS of_sessions_encrypted,
  count(DISTINCT s.server_id) AS servers,
  count(DISTINCT s.client_id) AS clients
FROM weakness w
JOIN session s ON s.session_id = w.session_id
GROUP BY w.weakness
ORDER BY sessions DESC, w.weakness
