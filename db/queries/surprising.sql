-- Which encrypted sessions stand out among their client's?
-- :bits NUMBER  of so many bits at least; default: 1, half of the client's other sessions
-- :rows NUMBER  so many pairs of client and server at most; default: all
-- Of sessions known to be encrypted or in the clear, the stripped among them.  bits: the surprisal
-- of an encrypted one, -log2 of the share that is encrypted of what the client has with other
-- servers.  Where none of that is, it has no number, and stands first.  population_bits: the same by
-- the share of all sessions.
WITH pair AS MATERIALIZED (
  SELECT s.client_id, s.server_id, sum(v.class IN ('starttls', 'implicit-tls')) AS encrypted,
    count(*) AS sessions
  FROM session s NOT INDEXED
  CROSS JOIN verdict v ON v.session_id = s.session_id
  WHERE v.class IN ('starttls', 'implicit-tls', 'cleartext', 'stripped')
  GROUP BY s.client_id, s.server_id
), client_of AS MATERIALIZED (
  SELECT client_id, sum(encrypted) AS encrypted, sum(sessions) AS sessions
  FROM pair
  GROUP BY client_id
), population AS MATERIALIZED (
  SELECT surprisal_bits(sum(encrypted), sum(sessions)) AS bits FROM client_of
), compared AS (
  SELECT p.client_id, p.server_id, p.encrypted, p.sessions, c.encrypted - p.encrypted AS elsewhere,
    c.sessions - p.sessions AS of_elsewhere,
    surprisal_bits(c.encrypted - p.encrypted, c.sessions - p.sessions) AS bits
  FROM pair p
  JOIN client_of c ON c.client_id = p.client_id
  WHERE p.encrypted > 0 AND c.sessions > p.sessions
)
SELECT k.ip AS client_ip, r.ip AS server_ip, r.port AS server_port,
  c.encrypted AS sessions_encrypted, c.sessions AS of_sessions,
  elsewhere AS encrypted_elsewhere, of_elsewhere AS of_sessions_elsewhere,
  round(c.bits, 4) AS bits,
  round(population.bits, 4) AS population_bits
FROM compared c
CROSS JOIN population
JOIN client k ON k.client_id = c.client_id
JOIN server r ON r.server_id = c.server_id
WHERE c.bits IS NULL OR c.bits >= coalesce(:bits, 1)
ORDER BY elsewhere = 0 DESC, CASE elsewhere WHEN 0 THEN of_elsewhere END DESC, c.bits DESC,
  c.encrypted DESC, client_ip, server_ip, server_port
LIMIT coalesce(:rows, -1)
