-- Which certificates failed, and why?
WITH shown AS (
  SELECT s.identity_id, count(*) AS sessions
  FROM session s
  JOIN course c ON c.course_id = s.course_id
  WHERE s.identity_id IS NOT NULL AND c.tls_established = 1
  GROUP BY s.identity_id
)
SELECT coalesce(k.subject_cn, 'sha256:' || k.sha256) AS certificate,
  k.issuer_cn,
  CASE WHEN i.cert_verified = 0 THEN coalesce(i.cert_reason, 'not trusted')
       WHEN i.cert_verified IS NULL THEN 'self-signed; not checked further' END AS not_verified,
  CASE i.cert_named WHEN 0 THEN i.cert_asked END AS name_not_covered,
  sum(h.sessions) AS sessions,
  (SELECT sum(a.sessions) FROM shown a JOIN identity o ON o.identity_id = a.identity_id
   WHERE o.certificate IS NOT NULL) AS of_sessions_showing_one,
  count(DISTINCT i.server_id) AS servers,
  min(r.ip || ' port ' || r.port) AS one_server,
  k.key_type,
  k.key_bits,
  k.signature,
  strftime('%Y-%m-%d', k.not_before, 'unixepoch') AS valid_from,
  strftime('%Y-%m-%d', k.not_after, 'unixepoch') AS valid_until
FROM shown h
JOIN identity i ON i.identity_id = h.identity_id
JOIN certificate k ON k.sha256 = i.certificate
JOIN server r ON r.server_id = i.server_id
WHERE i.cert_verified = 0 OR i.cert_named = 0 OR (i.cert_verified IS NULL AND k.self_signed = 1)
GROUP BY k.sha256, not_verified, name_not_covered
ORDER BY sessions DESC, certificate, k.sha256, not_verified, name_not_covered
