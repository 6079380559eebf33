-- Which server software was ever seen to offer STARTTLS (2.a)?
-- A stripped session says nothing about the software, and is left out.
-- low and high: 95 % interval (Wilson) of the share of its servers.
SELECT coalesce(v.software, '(does not say)') AS software,
  count(DISTINCT CASE s.starttls_offered WHEN 1 THEN s.server_id END) AS servers_ever_offering,
  count(DISTINCT s.server_id) AS of_servers,
  CASE WHEN count(DISTINCT s.server_id) >= 20
    THEN round(wilson_low(count(DISTINCT CASE s.starttls_offered WHEN 1 THEN s.server_id END),
                          count(DISTINCT s.server_id)), 4) END AS low,
  CASE WHEN count(DISTINCT s.server_id) >= 20
    THEN round(wilson_high(count(DISTINCT CASE s.starttls_offered WHEN 1 THEN s.server_id END),
                           count(DISTINCT s.server_id)), 4) END AS high,
  count(*) FILTER (WHERE s.starttls_offered = 1) AS sessions_offered,
  count(*) AS of_sessions_answered
FROM session s
JOIN verdict v ON v.session_id = s.session_id
WHERE s.ehlo_accepted = 1 AND v.class <> 'stripped'
GROUP BY v.software
ORDER BY of_servers DESC, v.software IS NULL, software
