-- Which certificates had expired, or soon would?
-- :days NUMBER  so many days ahead; default: 30
-- Counted from the end of the last capture in which one was shown.
WITH shown AS (
  SELECT s.identity_id, s.capture_id, count(*) AS sessions, max(s.ended_ns) AS ended_ns
  FROM session s
  JOIN course c ON c.course_id = s.course_id
  WHERE s.identity_id IS NOT NULL AND c.tls_established = 1
  GROUP BY s.identity_id, s.capture_id
), link AS (
  SELECT i.identity_id, i.server_id, coalesce(p.sha256, i.certificate) AS sha256,
    coalesce(p.place, 0) AS place, h.sessions,
    coalesce(c.ended_ns, h.ended_ns) / 1000000000 AS ended
  FROM shown h
  JOIN identity i ON i.identity_id = h.identity_id
  JOIN capture c ON c.capture_id = h.capture_id
  LEFT JOIN chain p ON p.chain = i.chain
  WHERE i.certificate IS NOT NULL
)
SELECT coalesce(k.subject_cn, 'sha256:' || k.sha256) AS certificate,
  CASE min(u.place) WHEN 0 THEN 'the server''s own' ELSE 'sent with it' END AS whose,
  strftime('%Y-%m-%d', k.not_after, 'unixepoch') AS valid_until,
  k.not_after - max(u.ended) AS seconds_left,
  (k.not_after - max(u.ended)) / 86400 AS days_left,
  sum(u.sessions) AS sessions,
  (SELECT sum(a.sessions) FROM shown a JOIN identity o ON o.identity_id = a.identity_id
   WHERE o.certificate IS NOT NULL) AS of_sessions_showing_one,
  count(DISTINCT u.server_id) AS servers,
  min(r.ip || ' port ' || r.port) AS one_server
FROM link u
JOIN certificate k ON k.sha256 = u.sha256
JOIN server r ON r.server_id = u.server_id
GROUP BY k.sha256
HAVING k.not_after < max(u.ended) + coalesce(:days, 30) * 86400
ORDER BY k.not_after, certificate, k.sha256
