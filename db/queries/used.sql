-- How often was STARTTLS used where it was offered (2.c)?
-- low and high: 95 % interval of the share.  Sessions cluster by server, and it is servers that are
-- resampled; more of them than bootstrap_low() takes have no interval.
WITH offered AS (
  SELECT s.server_id, c.starttls_requested, c.tls_established
  FROM session s
  JOIN course c ON c.course_id = s.course_id
  WHERE c.starttls_offered = 1
), step AS (
  SELECT 'requested' AS what, server_id, starttls_requested AS done
  FROM offered
  UNION ALL
  SELECT 'established', server_id, tls_established
  FROM offered
  WHERE starttls_requested = 1
), by_server AS (
  SELECT what, count(*) FILTER (WHERE done = 1) AS done, count(done) AS sessions,
    count(*) FILTER (WHERE done IS NULL) AS undetermined,
    count(*) OVER (PARTITION BY what) <= 50000 AS few
  FROM step
  GROUP BY what, server_id
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
