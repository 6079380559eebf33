-- How long did it take until each domain could first be read?
-- Domains of senders.  first_seen: when a client that was seen to send for the domain began its first
-- session, whatever could be read of that; first_readable: when its first transaction could be read;
-- seconds_followed: from first_seen until the last session ended.  A domain whose mail was never
-- readable has no row, for nobody learns its name.
WITH sent AS (
  SELECT a.domain_id, s.client_id, min(s.started_ns) AS first_readable, count(*) AS transactions
  FROM address a
  JOIN session s ON s.session_id = a.session_id
  WHERE a.role = 'sender' AND a.domain_id IS NOT NULL
  GROUP BY a.domain_id, s.client_id
), came AS MATERIALIZED (
  SELECT client_id, min(started_ns) AS first_seen FROM session GROUP BY client_id
), domain_of AS (
  SELECT domain_id, min(c.first_seen) AS first_seen, min(first_readable) AS first_readable,
    sum(transactions) AS transactions
  FROM sent
  JOIN came c ON c.client_id = sent.client_id
  GROUP BY domain_id
)
SELECT n.name AS domain,
  strftime('%Y-%m-%dT%H:%M:%SZ', first_seen / 1000000000, 'unixepoch') AS first_seen,
  strftime('%Y-%m-%dT%H:%M:%SZ', first_readable / 1000000000, 'unixepoch') AS first_readable,
  round((first_readable - first_seen) / 1e9, 3) AS seconds_until_readable,
  round(((SELECT max(ended_ns) FROM session) - first_seen) / 1e9, 3) AS seconds_followed,
  transactions
FROM domain_of d
JOIN name n ON n.name_id = d.domain_id
ORDER BY transactions DESC, domain
