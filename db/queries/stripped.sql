-- Which evidence of stripping is there?
SELECT strip_rule AS rule,
  strip_rank AS rank,
  count(*) FILTER (WHERE class = 'stripped') AS sessions_stripped,
  (SELECT count(*) FROM verdict WHERE class <> 'unknown') AS of_sessions_decided,
  count(*) AS sessions_with_the_finding,
  count(DISTINCT server_ip || ' ' || server_port) AS servers
FROM v_session
WHERE strip_rule IS NOT NULL
GROUP BY strip_rule, strip_rank
ORDER BY CASE strip_rank WHEN 'certain' THEN 0 WHEN 'strong' THEN 1 ELSE 2 END,
  sessions_with_the_finding DESC, rule
