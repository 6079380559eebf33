-- Whose credentials could be read, and how were they sent?
SELECT c.auth_mechanism,
  r.ip AS server_ip,
  r.port AS server_port,
  count(*) FILTER (WHERE c.credentials_exposed = 1) AS sessions_exposed,
  count(*) AS of_sessions_with_auth_in_the_clear,
  count(DISTINCT s.client_id) AS clients
FROM session s
JOIN course c ON c.course_id = s.course_id
JOIN server r ON r.server_id = s.server_id
WHERE c.auth_mechanism IS NOT NULL OR c.credentials_exposed = 1
GROUP BY c.auth_mechanism, s.server_id
ORDER BY sessions_exposed DESC, c.auth_mechanism, server_ip, server_port
