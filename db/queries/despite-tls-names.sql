-- How many names and other marks stood beside TLS?
-- Different values of what despite-tls counts sessions of, in sessions under TLS; of addresses:
-- pairs of client and server.
WITH encrypted AS MATERIALIZED (
  SELECT course_id FROM course WHERE tls_established = 1
), banner_of AS MATERIALIZED (
  SELECT DISTINCT banner_id FROM session NOT INDEXED
  WHERE course_id IN (SELECT course_id FROM encrypted)
), told AS (
  SELECT count(DISTINCT greeting) AS greetings, count(DISTINCT software) AS software
  FROM banner_of
  JOIN banner b ON b.banner_id = banner_of.banner_id
), shown AS (
  SELECT count(DISTINCT certificate) AS certificates
  FROM identity
  WHERE identity_id IN (SELECT identity_id FROM session NOT INDEXED
                        WHERE course_id IN (SELECT course_id FROM encrypted))
), offered AS (
  SELECT count(DISTINCT ja4) AS fingerprints
  FROM tls
  WHERE tls_id IN (SELECT tls_id FROM session NOT INDEXED
                   WHERE course_id IN (SELECT course_id FROM encrypted))
), met AS (
  SELECT count(DISTINCT server_id) AS servers
  FROM session
  WHERE course_id IN (SELECT course_id FROM encrypted)
  GROUP BY client_id
), named AS MATERIALIZED (
  SELECT count(DISTINCT client_name_id) AS clients, count(DISTINCT sni_id) AS snis
  FROM session NOT INDEXED
  WHERE course_id IN (SELECT course_id FROM encrypted)
)
SELECT 'client-name' AS item, (SELECT clients FROM named) AS distinct_values
UNION ALL SELECT 'server-greeting', (SELECT greetings FROM told)
UNION ALL SELECT 'sni', (SELECT snis FROM named)
UNION ALL SELECT 'certificate', (SELECT certificates FROM shown)
UNION ALL SELECT 'software', (SELECT software FROM told)
UNION ALL SELECT 'tls-fingerprint', (SELECT fingerprints FROM offered)
UNION ALL SELECT 'addresses', (SELECT coalesce(sum(servers), 0) FROM met)
