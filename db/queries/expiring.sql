-- Which certificates had expired, or would within 30 days?
SELECT coalesce(k.subject_cn, 'sha256:' || k.sha256) AS certificate,
  CASE min(u.place) WHEN 0 THEN 'the server''s own' ELSE 'sent with it' END AS whose,
  strftime('%Y-%m-%d', k.not_after, 'unixepoch') AS valid_until,
  k.not_after - max(u.ended) AS seconds_left,
  (k.not_after - max(u.ended)) / 86400 AS days_left,
  count(DISTINCT u.session_id) AS sessions,
  (SELECT count(*) FROM session WHERE certificate IS NOT NULL AND tls_established = 1)
    AS of_sessions_showing_one,
  count(DISTINCT u.server_id) AS servers,
  min(r.ip || ' port ' || r.port) AS one_server
FROM (
  SELECT s.session_id, s.server_id, coalesce(p.sha256, s.certificate) AS sha256,
    coalesce(p.place, 0) AS place, coalesce(c.ended_ns, s.ended_ns) / 1000000000 AS ended
  FROM session s
  JOIN capture c ON c.capture_id = s.capture_id
  LEFT JOIN chain p ON p.chain = s.chain
  WHERE s.certificate IS NOT NULL AND s.tls_established = 1
) u
JOIN certificate k ON k.sha256 = u.sha256
JOIN server r ON r.server_id = u.server_id
GROUP BY k.sha256
HAVING k.not_after < max(u.ended) + 30 * 86400
ORDER BY k.not_after, certificate, k.sha256
