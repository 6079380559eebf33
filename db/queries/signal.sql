-- What does it tell that a session is encrypted?
-- Of sessions known to be encrypted or in the clear, the stripped among them.  told: by what an
-- observer tells senders or receivers apart: a client's address, its name in EHLO, the server's
-- address; the sender's domain is not seen under TLS.  anonymity_set: those that encrypt at least
-- once; effective_size of it: 2^H over their shares of the encrypted sessions (Serjantov and Danezis
-- 2002); degree: H / log2 of their number (Diaz and others 2002).  bits: what 'it is encrypted'
-- tells of who it was, a session, corrected for small numbers (Miller and Madow 1955): 0 when all
-- encrypt alike; of_bits: the most that it could.  More than 50000 have none of these.
WITH seen AS MATERIALIZED (
  SELECT s.client_id, s.client_name_id, s.server_id,
    v.class IN ('starttls', 'implicit-tls') AS encrypted
  FROM session s NOT INDEXED
  CROSS JOIN verdict v ON v.session_id = s.session_id
  WHERE v.class IN ('starttls', 'implicit-tls', 'cleartext', 'stripped')
), counted (told, encrypted, sessions, few) AS (
  SELECT 'client', sum(encrypted), count(*), count(*) OVER () <= 50000
  FROM seen
  GROUP BY client_id
  UNION ALL
  SELECT 'client-name', sum(encrypted), count(*), count(*) OVER () <= 50000
  FROM seen
  WHERE client_name_id IS NOT NULL
  GROUP BY client_name_id
  UNION ALL
  SELECT 'server', sum(encrypted), count(*), count(*) OVER () <= 50000
  FROM seen
  GROUP BY server_id
), summed AS (
  SELECT told, sum(encrypted) AS encrypted, sum(sessions) - sum(encrypted) AS clear,
    sum(sessions) AS sessions, count(*) AS seen,
    count(*) FILTER (WHERE encrypted > 0) AS anonymity_set,
    effective_size(encrypted) FILTER (WHERE few) AS effective_size,
    anonymity_degree(encrypted) FILTER (WHERE few) AS degree,
    signal_bits(encrypted, sessions) FILTER (WHERE few) AS bits
  FROM counted
  GROUP BY told
), name (place, told) AS (
  VALUES (1, 'client'), (2, 'client-name'), (3, 'server')
)
SELECT name.told,
  coalesce(s.encrypted, 0) AS sessions_encrypted,
  coalesce(s.sessions, 0) AS of_sessions,
  coalesce(s.seen, 0) AS seen,
  coalesce(s.anonymity_set, 0) AS anonymity_set,
  round(s.effective_size, 1) AS effective_size,
  round(s.degree, 4) AS degree,
  round(s.bits, 4) AS bits,
  round((coalesce(s.encrypted * surprisal_bits(s.encrypted, s.sessions), 0)
    + coalesce(s.clear * surprisal_bits(s.clear, s.sessions), 0)) / s.sessions, 4) AS of_bits
FROM name
LEFT JOIN summed s ON s.told = name.told
ORDER BY name.place
