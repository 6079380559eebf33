-- How far did sessions get towards protection?
-- Of the sessions that began without TLS: an EHLO reply was read, it offered STARTTLS, the client
-- asked for it, the handshake completed, to TLS 1.2 or later, with a certificate that verifies and
-- names the host.  of_previous: sessions of the step before (of the first one: all of them) that
-- tell; undetermined: those that do not, as where TLS 1.3 hides the certificate.  implicit-tls:
-- sessions with TLS from the first octet, which take no such steps.  low and high: 95 % interval of
-- the share.  Sessions cluster by server, and it is servers that are resampled; more of them than
-- bootstrap_low() takes have no interval.
WITH step (place, name) AS (
  VALUES (1, 'answered'), (2, 'offered'), (3, 'requested'), (4, 'established'),
    (5, 'not-obsolete'), (6, 'authenticable')
), went AS ( -- twice the steps taken, and 1 where the next one cannot be told
  SELECT s.server_id,
    CASE WHEN c.tls_from_start = 1 THEN NULL
      WHEN c.ehlo_accepted = 0 OR (c.ehlo_sent = 0 AND c.helo_sent = 1) THEN 0
      WHEN c.ehlo_accepted IS NULL THEN 1
      WHEN c.starttls_offered = 0 THEN 2
      WHEN c.starttls_offered IS NULL THEN 3
      WHEN c.starttls_requested = 0 THEN 4
      WHEN c.starttls_requested IS NULL THEN 5
      WHEN c.tls_established = 0 THEN 6
      WHEN c.tls_established IS NULL THEN 7
      WHEN s.tls_id IN (SELECT tls_id FROM tls WHERE tls_version < 771) THEN 8
      WHEN s.tls_id IS NULL OR s.tls_id IN (SELECT tls_id FROM tls WHERE tls_version IS NULL) THEN 9
      WHEN s.identity_id IS NULL THEN 11
      ELSE CASE (SELECT v.rung FROM verdict v WHERE v.session_id = s.session_id)
        WHEN 'unauthenticated' THEN 10 WHEN 'authenticable' THEN 12 ELSE 11 END END AS far
  FROM session s NOT INDEXED
  CROSS JOIN course c ON c.course_id = s.course_id
  LIMIT -1 -- so that what is selected here is worked out once for each session
), reached AS MATERIALIZED (
  SELECT server_id, far, count(*) AS sessions
  FROM went
  GROUP BY server_id, far
), served AS (
  SELECT k.place,
    coalesce(sum(r.sessions) FILTER (WHERE r.far >= 2 * k.place), 0) AS done,
    coalesce(sum(r.sessions) FILTER (WHERE r.far <> 2 * k.place - 1), 0) AS told,
    coalesce(sum(r.sessions) FILTER (WHERE r.far = 2 * k.place - 1), 0) AS undetermined,
    count(*) OVER (PARTITION BY k.place) <= 50000 AS few
  FROM step k
  JOIN reached r ON r.far >= 2 * k.place - 2
  GROUP BY k.place, r.server_id
), counted AS (
  SELECT place, sum(done) AS sessions, sum(told) AS told, sum(undetermined) AS undetermined,
    CASE WHEN sum(told) >= 20
      THEN round(bootstrap_low(done, told) FILTER (WHERE few), 4) END AS low,
    CASE WHEN sum(told) >= 20
      THEN round(bootstrap_high(done, told) FILTER (WHERE few), 4) END AS high
  FROM served
  GROUP BY place
), listed AS (
  SELECT k.place, k.name, coalesce(c.sessions, 0) AS sessions, coalesce(c.told, 0) AS told,
    coalesce(c.undetermined, 0) AS undetermined, c.low, c.high
  FROM step k
  LEFT JOIN counted c ON c.place = k.place
  UNION ALL
  SELECT 7, 'implicit-tls', coalesce(sum(sessions), 0), NULL, NULL, NULL, NULL
  FROM reached
  WHERE far IS NULL
)
SELECT name AS step, sessions, told AS of_previous, undetermined, low, high
FROM listed
ORDER BY place
