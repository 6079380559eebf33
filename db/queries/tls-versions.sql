-- Which versions of TLS were negotiated?
SELECT coalesce(tls_version, 'not seen') AS tls_version,
  count(*) AS sessions,
  (SELECT count(*) FROM session WHERE tls_established = 1) AS of_sessions_established,
  count(DISTINCT tls_cipher) AS cipher_suites
FROM v_session
WHERE tls_established = 1
GROUP BY 1
ORDER BY sessions DESC, tls_version
