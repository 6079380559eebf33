-- How often was STARTTLS offered (2.b)?
SELECT 'sessions' AS counted_by,
  count(*) FILTER (WHERE starttls_offered = 1) AS offered,
  count(*) AS of_those_with_an_ehlo_reply,
  (SELECT count(*) FROM session) - count(*) AS undetermined
FROM session
WHERE ehlo_accepted = 1
UNION ALL
SELECT 'servers',
  count(*) FILTER (WHERE ehlo_offered * 2 > ehlo_sessions),
  count(*),
  (SELECT count(*) FROM server) - count(*)
FROM server
WHERE ehlo_sessions > 0
