-- How often was STARTTLS used where it was offered (2.c)?
-- low and high: 95 % interval of the share.  Sessions cluster by server, and it is servers that are
-- resampled; more of them than bootstrap_low() takes have no interval.
WITH served AS MATERIALIZED (
  SELECT s.server_id,
    count(*) FILTER (WHERE c.starttls_requested = 1) AS requested,
    count(c.starttls_requested) AS of_requested,
    count(*) FILTER (WHERE c.starttls_requested IS NULL) AS unknown_requested,
    count(*) FILTER (WHERE c.starttls_requested = 1 AND c.tls_established = 1) AS established,
    count(c.tls_established) FILTER (WHERE c.starttls_requested = 1) AS of_established,
    count(*) FILTER (WHERE c.starttls_requested = 1 AND c.tls_established IS NULL)
      AS unknown_established
  FROM session s
  JOIN course c ON c.course_id = s.course_id
  WHERE c.starttls_offered = 1
  GROUP BY s.server_id
), by_server AS (
  SELECT 'requested' AS what, requested AS done, of_requested AS sessions,
    unknown_requested AS undetermined, count(*) OVER () <= 50000 AS few
  FROM served
  UNION ALL
  SELECT 'established', established, of_established, unknown_established,
    count(*) OVER () <= 50000
  FROM served
  WHERE requested > 0
)
SELECT name.what,
  coalesce(sum(done), 0) AS sessions,
  coalesce(sum(sessions), 0) AS of_sessions,
  CASE WHEN sum(sessions) >= 20
    THEN round(bootstrap_low(done, sessions) FILTER (WHERE few), 4) END AS low,
  CASE WHEN sum(sessions) >= 20
    THEN round(bootstrap_high(done, sessions) FILTER (WHERE few), 4) END AS high,
  coalesce(sum(undetermined), 0) AS undetermined
FROM (SELECT 'requested' AS what UNION ALL SELECT 'established') name
LEFT JOIN by_server ON by_server.what = name.what
GROUP BY name.what
ORDER BY name.what DESC
