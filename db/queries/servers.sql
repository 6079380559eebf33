-- Which servers were seen, and what did they offer?
SELECT server_ip, server_port, names, sessions, offered, not_offered, requested, established,
  stripped, best_certificate
FROM v_server
ORDER BY sessions DESC, server_ip, server_port
