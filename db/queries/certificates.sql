-- Which certificates failed, and why?
SELECT coalesce(k.subject_cn, 'sha256:' || k.sha256) AS certificate,
  k.issuer_cn,
  CASE WHEN s.cert_verified = 0 THEN coalesce(s.cert_reason, 'not trusted')
       WHEN s.cert_verified IS NULL THEN 'self-signed; not checked further' END AS not_verified,
  CASE s.cert_named WHEN 0 THEN s.cert_asked END AS name_not_covered,
  count(*) AS sessions,
  (SELECT count(*) FROM session WHERE certificate IS NOT NULL AND tls_established = 1)
    AS of_sessions_showing_one,
  count(DISTINCT s.server_id) AS servers,
  min(r.ip || ' port ' || r.port) AS one_server,
  k.key_type,
  k.key_bits,
  k.signature,
  strftime('%Y-%m-%d', k.not_before, 'unixepoch') AS valid_from,
  strftime('%Y-%m-%d', k.not_after, 'unixepoch') AS valid_until
FROM session s
JOIN certificate k ON k.sha256 = s.certificate
JOIN server r ON r.server_id = s.server_id
WHERE s.tls_established = 1
  AND (s.cert_verified = 0 OR s.cert_named = 0
       OR (s.cert_verified IS NULL AND k.self_signed = 1))
GROUP BY k.sha256, not_verified, name_not_covered
ORDER BY sessions DESC, certificate, k.sha256, not_verified, name_not_covered
