-- Whose mail was it that could be read?
WITH transaction_of AS (
  SELECT a.role,
    coalesce(a.domain_id, CASE WHEN a.local_hash IS NULL THEN -1 ELSE -2 END) AS domain,
    a.session_id, a.transaction_no
  FROM address a
  JOIN session s ON s.session_id = a.session_id
  WHERE s.content_octets > 0 AND a.accepted IS NOT 0
  GROUP BY 1, 2, 3, 4
), counted AS (
  SELECT role, domain, count(*) AS transactions, count(DISTINCT session_id) AS sessions
  FROM transaction_of
  GROUP BY role, domain
)
SELECT role,
  CASE domain WHEN -1 THEN '<>' WHEN -2 THEN '(none)' ELSE n.name END AS domain,
  transactions,
  sessions
FROM counted
LEFT JOIN name n ON n.name_id = counted.domain
ORDER BY role DESC, transactions DESC, 2
