-- Which pairs of domains could be seen to correspond?
SELECT coalesce(f.domain, CASE WHEN f.local_hash IS NULL THEN '<>' ELSE '(none)' END)
    AS sender_domain,
  coalesce(t.domain, '(none)') AS recipient_domain,
  count(DISTINCT f.session_id) AS sessions,
  count(DISTINCT f.session_id || ' ' || f.transaction_no) AS transactions,
  count(*) AS recipients
FROM address f
JOIN address t ON t.session_id = f.session_id AND t.transaction_no = f.transaction_no
WHERE f.role = 'sender' AND t.role = 'recipient'
GROUP BY sender_domain, recipient_domain
ORDER BY transactions DESC, sender_domain, recipient_domain
