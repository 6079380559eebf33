-- Where did text come between STARTTLS and TLS?
-- The bits are those of session.anomalies: 32 is the client's side, 1024 the server's.
SELECT CASE s.anomalies & 1056 WHEN 32 THEN 'client' WHEN 1024 THEN 'server' ELSE 'both' END
    AS text_of,
  r.ip AS server_ip,
  r.port AS server_port,
  count(*) AS sessions,
  (SELECT count(*) FROM session a WHERE a.server_id = r.server_id AND a.starttls_reply = 220)
    AS of_sessions_answered_220,
  count(*) FILTER (WHERE s.tls_established = 1) AS established,
  sum(s.text_before_tls) AS octets,
  count(DISTINCT s.client_ip) AS clients,
  min(s.session_id) AS first_session_id
FROM session s
JOIN server r ON r.server_id = s.server_id
WHERE s.anomalies & 1056
GROUP BY text_of, r.server_id
ORDER BY sessions DESC, server_ip, server_port, text_of
