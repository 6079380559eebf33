-- Over which servers could domains be seen to correspond?
-- The pairs of correspondents, for each client and server that they were seen at.
WITH pair AS (
  SELECT f.session_id,
    coalesce(f.domain_id, CASE WHEN f.local_hash IS NULL THEN -1 ELSE -2 END) AS sender,
    coalesce(t.domain_id, -2) AS recipient
  FROM address f
  JOIN address t ON t.session_id = f.session_id AND t.transaction_no = f.transaction_no
  WHERE f.role = 'sender' AND t.role = 'recipient'
  GROUP BY f.session_id, f.transaction_no, sender, recipient
), counted AS (
  SELECT s.client_id, s.server_id, p.sender, p.recipient, count(*) AS transactions
  FROM pair p
  JOIN session s ON s.session_id = p.session_id
  GROUP BY p.sender, p.recipient, s.client_id, s.server_id
)
SELECT k.ip AS client_ip, r.ip AS server_ip, r.port AS server_port,
  CASE sender WHEN -1 THEN '<>' WHEN -2 THEN '(none)' ELSE f.name END AS sender_domain,
  CASE recipient WHEN -2 THEN '(none)' ELSE t.name END AS recipient_domain,
  transactions
FROM counted c
JOIN client k ON k.client_id = c.client_id
JOIN server r ON r.server_id = c.server_id
LEFT JOIN name f ON f.name_id = sender
LEFT JOIN name t ON t.name_id = recipient
ORDER BY transactions DESC, sender_domain, recipient_domain, client_ip, server_ip, server_port
