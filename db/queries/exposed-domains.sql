-- How many domains could be seen to correspond?
-- pairs: of a sender's domain and a recipient's, as many as correspondents lists.  In the numbers of
-- domains the null reverse-path is none, nor is a recipient without a domain.
WITH pair AS (
  SELECT DISTINCT
    coalesce(f.domain_id, CASE WHEN f.local_hash IS NULL THEN -1 ELSE -2 END) AS sender,
    coalesce(t.domain_id, -2) AS recipient
  FROM address f
  CROSS JOIN address t ON t.session_id = f.session_id AND t.transaction_no = f.transaction_no
  WHERE f.role = 'sender' AND t.role = 'recipient'
)
SELECT (SELECT count(*) FROM pair) AS pairs,
  count(DISTINCT domain_id) FILTER (WHERE role = 'sender') AS sender_domains,
  count(DISTINCT domain_id) FILTER (WHERE role = 'recipient') AS recipient_domains,
  count(DISTINCT domain_id) AS domains
FROM address
