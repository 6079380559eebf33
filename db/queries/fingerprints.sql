-- Which TLS fingerprints do clients have?
WITH hello AS (
  SELECT s.tls_id, s.client_id, count(*) AS sessions, max(s.client_name_id) AS client_name_id
  FROM session s
  WHERE s.tls_id IS NOT NULL
  GROUP BY s.tls_id, s.client_id
), client_of AS (
  SELECT t.ja4, t.ja3, h.client_id, sum(h.sessions) AS sessions,
    max(h.client_name_id) AS client_name_id
  FROM hello h
  JOIN tls t ON t.tls_id = h.tls_id
  WHERE t.ja4 IS NOT NULL OR t.ja3 IS NOT NULL
  GROUP BY t.ja4, t.ja3, h.client_id
)
SELECT f.ja4,
  f.ja3,
  sum(f.sessions) AS sessions,
  sum(sum(f.sessions)) OVER () AS of_sessions_with_one,
  count(*) AS clients,
  min(k.ip) AS one_client,
  max(n.name) AS one_client_name
FROM client_of f
JOIN client k ON k.client_id = f.client_id
LEFT JOIN name n ON n.name_id = f.client_name_id
GROUP BY f.ja4, f.ja3
ORDER BY sessions DESC, f.ja4, f.ja3
