-- What became of the sessions?
WITH judged AS (
  SELECT class, count(*) AS sessions FROM verdict GROUP BY class
  UNION ALL
  SELECT 'unknown', (SELECT count(*) FROM session) - (SELECT count(*) FROM verdict)
)
SELECT class,
  sum(sessions) AS sessions,
  (SELECT count(*) FROM session) AS of_sessions
FROM judged
GROUP BY class
HAVING sum(sessions) > 0
ORDER BY 2 DESC, class
