-- How many messages went through TLS (an estimate)?
SELECT r.ip AS server_ip,
  r.port AS server_port,
  e.sessions_estimated,
  e.of_sessions_encrypted,
  e.estimated_messages,
  e.at_least,
  e.at_most,
  e.estimated_octets
FROM (
  SELECT s.server_id,
    count(s.estimated_messages) AS sessions_estimated,
    count(*) AS of_sessions_encrypted,
    coalesce(sum(s.estimated_messages), 0) AS estimated_messages,
    coalesce(sum(s.estimated_low), 0) AS at_least,
    coalesce(sum(s.estimated_high), 0) AS at_most,
    coalesce(sum(s.estimated_octets), 0) AS estimated_octets
  FROM session s NOT INDEXED
  CROSS JOIN course c ON c.course_id = s.course_id
  WHERE c.tls_established = 1
  GROUP BY s.server_id
) e
JOIN server r ON r.server_id = e.server_id
ORDER BY e.estimated_messages DESC, server_ip, server_port
