-- Whose credentials could be read, and how were they sent?
SELECT auth_mechanism,
  server_ip,
  server_port,
  count(*) FILTER (WHERE credentials_exposed = 1) AS sessions_exposed,
  count(*) AS of_sessions_with_auth_in_the_clear,
  count(DISTINCT client_ip) AS clients
FROM v_session
WHERE auth_mechanism IS NOT NULL OR credentials_exposed = 1
GROUP BY auth_mechanism, server_ip, server_port
ORDER BY sessions_exposed DESC, auth_mechanism, server_ip, server_port
