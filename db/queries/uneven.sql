-- Which servers offer STARTTLS to some and not to others?
SELECT r.ip AS server_ip, r.port, c.sign AS why, count(*) AS clients, sum(c.missing) AS without,
  r.ehlo_offered AS offered, r.ehlo_sessions AS sessions, min(c.p_adjusted) AS least_p
FROM contrast c
JOIN server r ON r.server_id = c.server_id
GROUP BY r.server_id, c.sign
ORDER BY without DESC, server_ip, port, why
