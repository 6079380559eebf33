-- Which versions of TLS were negotiated?
WITH used AS (
  SELECT s.tls_id, count(*) AS sessions
  FROM session s
  JOIN course c ON c.course_id = s.course_id
  WHERE c.tls_established = 1
  GROUP BY s.tls_id
)
SELECT coalesce(t.tls_version_name, 'not seen') AS tls_version,
  sum(u.sessions) AS sessions,
  sum(sum(u.sessions)) OVER () AS of_sessions_established,
  count(DISTINCT t.tls_cipher_name) AS cipher_suites
FROM used u
LEFT JOIN tls t ON t.tls_id = u.tls_id
GROUP BY coalesce(t.tls_version_name, 'not seen')
ORDER BY sessions DESC, tls_version
