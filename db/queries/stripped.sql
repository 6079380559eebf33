-- Which evidence of stripping is there?
-- low and high: 95 % interval (Wilson) of the share of the sessions decided that were stripped.
SELECT v.strip_rule AS rule,
  v.strip_rank AS rank,
  count(*) FILTER (WHERE v.class = 'stripped') AS sessions_stripped,
  d.sessions AS of_sessions_decided,
  CASE WHEN d.sessions >= 20
    THEN round(wilson_low(count(*) FILTER (WHERE v.class = 'stripped'), d.sessions), 4) END AS low,
  CASE WHEN d.sessions >= 20
    THEN round(wilson_high(count(*) FILTER (WHERE v.class = 'stripped'), d.sessions), 4) END
    AS high,
  count(*) AS sessions_with_the_finding,
  count(DISTINCT s.server_id) AS servers
FROM verdict v
JOIN session s ON s.session_id = v.session_id,
  (SELECT count(*) AS sessions FROM verdict WHERE class <> 'unknown') d
WHERE v.strip_rule IS NOT NULL
GROUP BY v.strip_rule, v.strip_rank
ORDER BY CASE v.strip_rank WHEN 'certain' THEN 0 WHEN 'strong' THEN 1 ELSE 2 END,
  sessions_with_the_finding DESC, rule
