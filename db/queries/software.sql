-- Which server software was ever seen to offer STARTTLS (2.a)?
-- A stripped session says nothing about the software, and is left out.
-- low and high: 95 % interval (Wilson) of the share of its servers.
WITH answered AS (
  SELECT s.banner_id, s.server_id, count(*) AS sessions,
    count(*) FILTER (WHERE c.starttls_offered = 1) AS offered
  FROM session s NOT INDEXED
  CROSS JOIN course c ON c.course_id = s.course_id
  CROSS JOIN verdict v ON v.session_id = s.session_id
  WHERE c.ehlo_accepted = 1 AND v.class <> 'stripped'
  GROUP BY +s.banner_id, +s.server_id -- in the order of no index, also where session is a view
), server_of AS (
  SELECT b.software, a.server_id, sum(a.sessions) AS sessions, sum(a.offered) AS offered
  FROM answered a
  LEFT JOIN banner b ON b.banner_id = a.banner_id
  GROUP BY b.software, a.server_id
)
SELECT coalesce(software, '(does not say)') AS software,
  count(*) FILTER (WHERE offered > 0) AS servers_ever_offering,
  count(*) AS of_servers,
  CASE WHEN count(*) >= 20
    THEN round(wilson_low(count(*) FILTER (WHERE offered > 0), count(*)), 4) END AS low,
  CASE WHEN count(*) >= 20
    THEN round(wilson_high(count(*) FILTER (WHERE offered > 0), count(*)), 4) END AS high,
  sum(offered) AS sessions_offered,
  sum(sessions) AS of_sessions_answered
FROM server_of
GROUP BY server_of.software
ORDER BY of_servers DESC, server_of.software IS NULL, software
