-- Which servers never offered STARTTLS?
SELECT server_ip, server_port, names, not_offered AS sessions_not_offered,
  not_offered + offered AS of_sessions_answered
FROM v_server
WHERE not_offered > 0 AND offered = 0
ORDER BY not_offered DESC, server_ip, server_port
