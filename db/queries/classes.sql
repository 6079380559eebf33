-- What became of the sessions?
SELECT class,
  count(*) AS sessions,
  (SELECT count(*) FROM session) AS of_sessions
FROM v_session
GROUP BY class
ORDER BY sessions DESC, class
