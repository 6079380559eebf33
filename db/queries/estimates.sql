-- How many messages went through TLS (an estimate)?
SELECT r.ip AS server_ip,
  r.port AS server_port,
  count(*) FILTER (WHERE s.estimated = 1) AS sessions_estimated,
  count(*) AS of_sessions_encrypted,
  sum(CASE s.estimated WHEN 1 THEN s.estimated_messages ELSE 0 END) AS estimated_messages,
  sum(CASE s.estimated WHEN 1 THEN s.estimated_low ELSE 0 END) AS at_least,
  sum(CASE s.estimated WHEN 1 THEN s.estimated_high ELSE 0 END) AS at_most,
  sum(CASE s.estimated WHEN 1 THEN s.estimated_octets ELSE 0 END) AS estimated_octets
FROM session s
JOIN server r ON r.server_id = s.server_id
WHERE s.tls_established = 1
GROUP BY r.server_id
ORDER BY estimated_messages DESC, server_ip, server_port
