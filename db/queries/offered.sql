-- How often was STARTTLS offered (2.b)?
-- low and high: 95 % interval of the share.  Sessions cluster by server, and it is servers that are
-- resampled; more of them than bootstrap_low() takes have no interval.
WITH answered AS (
  SELECT count(*) FILTER (WHERE c.starttls_offered = 1) AS offered, count(*) AS sessions,
    count(*) OVER () <= 50000 AS few
  FROM session s
  JOIN course c ON c.course_id = s.course_id
  WHERE c.ehlo_accepted = 1
  GROUP BY s.server_id
)
SELECT 'sessions' AS counted_by,
  coalesce(sum(offered), 0) AS offered,
  coalesce(sum(sessions), 0) AS of_those_with_an_ehlo_reply,
  CASE WHEN sum(sessions) >= 20
    THEN round(bootstrap_low(offered, sessions) FILTER (WHERE few), 4) END AS low,
  CASE WHEN sum(sessions) >= 20
    THEN round(bootstrap_high(offered, sessions) FILTER (WHERE few), 4) END AS high,
  (SELECT count(*) FROM session) - coalesce(sum(sessions), 0) AS undetermined
FROM answered
UNION ALL
SELECT 'servers', offered, servers,
  CASE WHEN servers >= 20 THEN round(wilson_low(offered, servers), 4) END,
  CASE WHEN servers >= 20 THEN round(wilson_high(offered, servers), 4) END,
  (SELECT count(*) FROM server) - servers
FROM (
  SELECT count(*) FILTER (WHERE ehlo_offered * 2 > ehlo_sessions) AS offered, count(*) AS servers
  FROM server
  WHERE ehlo_sessions > 0
)
