-- What is known of one server?
-- :ip TEXT  its address, as 'servers' lists it; required
-- :port NUMBER  its port; default: all of them
-- :since TIME  sessions that began then or later; default: all
-- :until TIME  sessions that began before then; default: all
-- Lists hold 20 at most.  low and high: 95 % interval (Wilson) of the share, from 20 on; messages
-- under TLS are an estimate, and sessions are taken for independent.
WITH own AS MATERIALIZED (
  SELECT * FROM v_session
  WHERE server_ip = :ip AND (:port IS NULL OR server_port = :port)
    AND (:since IS NULL OR started_at >= :since) AND (:until IS NULL OR started_at < :until)
), tls AS MATERIALIZED (
  SELECT t.cert_verified, t.cert_named FROM own JOIN v_tls t USING (session_id)
  WHERE t.tls_established = 1
), fact (place, what, value, n) AS (
  SELECT 1, 'names', (SELECT group_concat(x, ' ') FROM
    (SELECT DISTINCT server_name AS x FROM own WHERE server_name IS NOT NULL
     ORDER BY x LIMIT 20)), NULL
  UNION ALL SELECT 2, 'software', (SELECT group_concat(x, ', ') FROM
    (SELECT DISTINCT server_software AS x FROM own WHERE server_software IS NOT NULL
     ORDER BY x LIMIT 20)), NULL
  UNION ALL SELECT 3, 'ports', (SELECT group_concat(x, ' ') FROM
    (SELECT DISTINCT server_port AS x FROM own ORDER BY x LIMIT 20)), NULL
  UNION ALL SELECT 4, 'first seen', min(started_at), NULL FROM own
  UNION ALL SELECT 5, 'last seen', max(ended_at), NULL FROM own
  UNION ALL SELECT 6, 'clients', count(DISTINCT client_ip), NULL FROM own
  UNION ALL SELECT 7, 'sessions', count(*), NULL FROM own
  UNION ALL SELECT 8, 'STARTTLS offered', count(*) FILTER (WHERE starttls_offered = 1),
    count(starttls_offered) FROM own
  UNION ALL SELECT 9, 'used when offered', count(*) FILTER (WHERE starttls_requested = 1),
    count(starttls_requested) FROM own WHERE starttls_offered = 1
  UNION ALL SELECT 10, 'established when used', count(*) FILTER (WHERE tls_established = 1),
    count(tls_established) FROM own WHERE starttls_offered = 1 AND starttls_requested = 1
  UNION ALL SELECT 11, 'in the clear of decided',
    count(*) FILTER (WHERE class IN ('cleartext', 'stripped')), count(*)
    FROM own WHERE class <> 'unknown'
  UNION ALL SELECT 12, 'stripped of decided', count(*) FILTER (WHERE class = 'stripped'), count(*)
    FROM own WHERE class <> 'unknown'
  UNION ALL SELECT 13, 'messages readable', coalesce(sum(messages), 0),
    coalesce(sum(messages), 0) + coalesce(sum(estimated_messages), 0) FROM own
  UNION ALL SELECT 14, 'octets of content readable', coalesce(sum(content_octets), 0), NULL FROM own
  UNION ALL SELECT 15, 'credentials exposed by AUTH',
    count(*) FILTER (WHERE credentials_exposed = 1), count(*)
    FROM own WHERE auth_mechanism IS NOT NULL OR credentials_exposed = 1
  UNION ALL SELECT 16, 'obsolete TLS of established',
    count(*) FILTER (WHERE rung = 'obsolete-tls'), count(*)
    FROM own WHERE tls_established = 1 AND tls_version IS NOT NULL
  UNION ALL SELECT 17, 'certificate not trusted', count(*) FILTER (WHERE cert_verified = 0),
    count(cert_verified) FROM tls
  UNION ALL SELECT 18, 'certificate without its name', count(*) FILTER (WHERE cert_named = 0),
    count(cert_named) FROM tls
  UNION ALL SELECT 19, 'certificates', (SELECT group_concat(x, ' ') FROM
    (SELECT DISTINCT cert_subject_cn AS x FROM own WHERE cert_subject_cn IS NOT NULL
     ORDER BY x LIMIT 20)), NULL
  UNION ALL SELECT 20, tls_version, count(*), NULL
    FROM own WHERE tls_established = 1 AND tls_version IS NOT NULL GROUP BY tls_version
  UNION ALL SELECT 21, 'evidence: ' || e.rule || ' (' || e.rank || ')',
    count(DISTINCT own.session_id), NULL
    FROM own JOIN v_evidence e USING (session_id) GROUP BY e.rule, e.rank
)
SELECT what, value, n AS of_known,
  CASE WHEN n >= 20 THEN round(wilson_low(value, n), 4) END AS low,
  CASE WHEN n >= 20 THEN round(wilson_high(value, n), 4) END AS high
FROM fact
WHERE value IS NOT NULL
ORDER BY place, what
