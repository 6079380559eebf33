-- What became of the sessions?
SELECT coalesce(v.class, 'unknown') AS class,
  count(*) AS sessions,
  (SELECT count(*) FROM session) AS of_sessions
FROM session s
LEFT JOIN verdict v ON v.session_id = s.session_id
GROUP BY coalesce(v.class, 'unknown')
ORDER BY sessions DESC, class
