-- Which pairs of domains could be seen to correspond?
WITH pair AS (
  SELECT f.session_id, f.transaction_no,
    coalesce(f.domain_id, CASE WHEN f.local_hash IS NULL THEN -1 ELSE -2 END) AS sender,
    coalesce(t.domain_id, -2) AS recipient,
    count(*) AS recipients
  FROM address f
  JOIN address t ON t.session_id = f.session_id AND t.transaction_no = f.transaction_no
  WHERE f.role = 'sender' AND t.role = 'recipient'
  GROUP BY f.session_id, f.transaction_no, sender, recipient
), counted AS (
  SELECT sender, recipient, count(DISTINCT session_id) AS sessions, count(*) AS transactions,
    sum(recipients) AS recipients
  FROM pair
  GROUP BY sender, recipient
)
SELECT CASE sender WHEN -1 THEN '<>' WHEN -2 THEN '(none)' ELSE f.name END AS sender_domain,
  CASE recipient WHEN -2 THEN '(none)' ELSE t.name END AS recipient_domain,
  sessions, transactions, recipients
FROM counted
LEFT JOIN name f ON f.name_id = sender
LEFT JOIN name t ON t.name_id = recipient
ORDER BY transactions DESC, sender_domain, recipient_domain
