-- Whose mail was it that could be read?
SELECT a.role,
  coalesce(a.domain, CASE WHEN a.local_hash IS NULL THEN '<>' ELSE '(none)' END) AS domain,
  count(DISTINCT a.session_id || ' ' || a.transaction_no) AS transactions,
  count(DISTINCT a.session_id) AS sessions
FROM address a
JOIN session s ON s.session_id = a.session_id
WHERE s.content_octets > 0 AND a.accepted IS NOT 0
GROUP BY a.role, coalesce(a.domain, CASE WHEN a.local_hash IS NULL THEN '<>' ELSE '(none)' END)
ORDER BY a.role DESC, transactions DESC, domain
