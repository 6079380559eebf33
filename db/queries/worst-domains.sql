-- Which domains' mail is to be protected first?
-- :since TIME  sessions that began then or later; default: all
-- :until TIME  sessions that began before then; default: all
-- :rows NUMBER  so many domains at most; default: all
-- Domains of senders and recipients, by the transactions whose content could be read; addresses
-- that the server refused do not count.  A transaction with the domain on both sides counts once in
-- transactions_readable.
WITH given AS (
  SELECT time_ns(:since) AS since, time_ns(:until) AS until
), transaction_of AS (
  SELECT a.domain_id, a.session_id, s.server_id,
    max(a.role = 'sender') AS sender,
    max(a.role = 'recipient') AS recipient
  FROM address a
  CROSS JOIN session s ON s.session_id = a.session_id
  WHERE a.domain_id IS NOT NULL AND a.accepted IS NOT 0 AND s.content_octets > 0
    AND s.started_ns >= coalesce((SELECT since FROM given), s.started_ns)
    AND s.started_ns < coalesce((SELECT until FROM given), s.started_ns + 1)
  GROUP BY a.domain_id, a.session_id, a.transaction_no
), counted AS (
  SELECT domain_id, count(*) AS transactions, sum(sender) AS sender, sum(recipient) AS recipient,
    count(DISTINCT session_id) AS sessions, count(DISTINCT server_id) AS servers
  FROM transaction_of
  GROUP BY domain_id
)
SELECT n.name AS domain,
  c.transactions AS transactions_readable,
  c.sender AS as_sender,
  c.recipient AS as_recipient,
  c.sessions,
  c.servers
FROM counted c
JOIN name n ON n.name_id = c.domain_id
ORDER BY transactions_readable DESC, domain
LIMIT coalesce(:rows, -1)
