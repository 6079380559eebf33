-- When could mail of each domain be read?
-- A row for each session in which mail of a domain, as its sender, could be read: seconds_after the
-- domain was first seen, that is since a client which was seen to send for it began its first session;
-- seconds_followed: from then until the last session ended.  first-exposure has a row a domain.
WITH sent AS (
  SELECT a.domain_id, s.client_id, s.session_id, s.started_ns, count(*) AS transactions
  FROM address a
  JOIN session s ON s.session_id = a.session_id
  WHERE a.role = 'sender' AND a.domain_id IS NOT NULL
  GROUP BY a.domain_id, s.session_id
), came AS MATERIALIZED (
  SELECT client_id, min(started_ns) AS first_seen FROM session GROUP BY client_id
), domain_of AS MATERIALIZED (
  SELECT domain_id, min(c.first_seen) AS first_seen
  FROM sent
  JOIN came c ON c.client_id = sent.client_id
  GROUP BY domain_id
), seen AS (
  SELECT max(ended_ns) AS ended FROM session
)
SELECT n.name AS domain,
  round((sent.started_ns - d.first_seen) / 1e9, 3) AS seconds_after,
  round((seen.ended - d.first_seen) / 1e9, 3) AS seconds_followed,
  sent.transactions
FROM sent
JOIN domain_of d ON d.domain_id = sent.domain_id
JOIN name n ON n.name_id = sent.domain_id, seen
ORDER BY domain, sent.started_ns, sent.session_id
