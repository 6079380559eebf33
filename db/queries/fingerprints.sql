-- Which TLS fingerprints do clients have?
SELECT ja4,
  ja3,
  count(*) AS sessions,
  (SELECT count(*) FROM session WHERE ja4 IS NOT NULL OR ja3 IS NOT NULL) AS of_sessions_with_one,
  count(DISTINCT client_ip) AS clients,
  min(client_ip) AS one_client,
  max(client_name) AS one_client_name
FROM session
WHERE ja4 IS NOT NULL OR ja3 IS NOT NULL
GROUP BY ja4, ja3
ORDER BY sessions DESC, ja4, ja3
