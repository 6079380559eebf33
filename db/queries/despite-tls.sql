-- What could be learnt of sessions under TLS?
-- What was said before STARTTLS, what the hellos and, below TLS 1.3, the certificates show, who
-- spoke with whom, and how many messages passed and of what size, as estimated from the records.
-- How many different ones there were: see despite-tls-names.  low and high: 95 % interval of the
-- share.  Sessions cluster by server, and it is servers that are resampled; more of them than
-- bootstrap_low() takes have no interval.
WITH item (bit, name) AS (
  VALUES (1, 'client-name'), (2, 'server-greeting'), (4, 'sni'), (8, 'certificate'),
    (16, 'client-certificate'), (32, 'software'), (64, 'tls-fingerprint'), (128, 'addresses'),
    (256, 'message-count'), (512, 'message-sizes')
), seen AS ( -- the bits of what could be read
  SELECT s.server_id,
    (s.client_name_id IS NOT NULL) + 4 * (s.sni_id IS NOT NULL)
      + CASE WHEN s.banner_id IS NULL THEN 0
          ELSE 2 * (s.banner_id NOT IN (SELECT banner_id FROM banner WHERE greeting IS NULL))
            + 32 * (s.banner_id NOT IN (SELECT banner_id FROM banner WHERE software IS NULL)) END
      + CASE WHEN s.identity_id IS NULL THEN 0
          ELSE 8 * (s.identity_id NOT IN (SELECT identity_id FROM identity
                                          WHERE certificate IS NULL)) END
      + CASE WHEN s.tls_id IS NULL THEN 0
          ELSE 16 * (s.tls_id IN (SELECT tls_id FROM tls WHERE client_certificate_sent = 1))
            + 64 * (s.tls_id NOT IN (SELECT tls_id FROM tls WHERE ja4 IS NULL)) END
      + 128
      + 256 * (s.estimated_messages IS NOT NULL) + 512 * (s.estimated_octets IS NOT NULL) AS bits
  FROM session s NOT INDEXED
  WHERE s.course_id IN (SELECT course_id FROM course WHERE tls_established = 1)
  LIMIT -1 -- so that what is selected here is worked out once for each session
), counted AS MATERIALIZED (
  SELECT server_id, bits, count(*) AS sessions
  FROM seen
  GROUP BY server_id, bits
), few AS (
  SELECT count(DISTINCT server_id) <= 50000 AS few FROM counted
), served AS (
  SELECT m.bit, sum(k.sessions) AS sessions,
    sum(CASE WHEN k.bits & m.bit THEN k.sessions ELSE 0 END) AS readable
  FROM counted k
  CROSS JOIN item m
  GROUP BY m.bit, k.server_id
), told AS (
  SELECT bit, sum(readable) AS readable, sum(sessions) AS sessions,
    bootstrap_low(readable, sessions) FILTER (WHERE (SELECT few FROM few)) AS low,
    bootstrap_high(readable, sessions) FILTER (WHERE (SELECT few FROM few)) AS high
  FROM served
  GROUP BY bit
)
SELECT m.name AS item,
  coalesce(t.readable, 0) AS sessions,
  coalesce(t.sessions, 0) AS of_sessions_encrypted,
  CASE WHEN t.sessions >= 20 THEN round(t.low, 4) END AS low,
  CASE WHEN t.sessions >= 20 THEN round(t.high, 4) END AS high
FROM item m
LEFT JOIN told t ON t.bit = m.bit
ORDER BY m.bit
