-- Which servers broke a policy that says to offer STARTTLS?
SELECT r.ip AS server_ip, r.port, e.detail ->> 'by' AS by, e.detail ->> 'name' AS name,
  e.detail ->> 'policy' AS policy, e.rank, count(*) AS sessions,
  sum(CASE c.messages_known WHEN 1 THEN s.messages END) AS messages_in_clear,
  group_concat(DISTINCT t.did) AS senders_then
FROM evidence e
JOIN session s ON s.session_id = e.session_id
JOIN course c ON c.course_id = s.course_id
JOIN server r ON r.server_id = s.server_id
LEFT JOIN v_reaction t ON t.session_id = s.session_id
WHERE e.rule = 'policy-violated'
GROUP BY r.server_id, name, policy, e.rank
ORDER BY sessions DESC, server_ip, port
