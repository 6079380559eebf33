-- In which networks of clients was STARTTLS taken away?
-- :ipv4 NUMBER  bits that are the network's in an IPv4 address; default: 24
-- :ipv6 NUMBER  the same of IPv6; default: 48
-- :rows NUMBER  so many networks at most; default: all
-- Networks with a stripped session; under --anonymise all are one, which is not named.  low and high:
-- 95 % interval of the share of the network's sessions decided.  Sessions cluster by server, and it
-- is servers that are resampled; more of them than bootstrap_low() takes have no interval.
WITH place AS MATERIALIZED (
  SELECT client_id, coalesce(network(ip, coalesce(:ipv4, 24), coalesce(:ipv6, 48)), '') AS network
  FROM client
), struck AS MATERIALIZED (
  SELECT DISTINCT p.network
  FROM verdict v
  JOIN session s ON s.session_id = v.session_id
  JOIN place p ON p.client_id = s.client_id
  WHERE v.class = 'stripped'
), concerned AS MATERIALIZED (
  SELECT client_id, network FROM place WHERE network IN (SELECT network FROM struck)
), seen AS MATERIALIZED (
  SELECT w.network, s.client_id, s.server_id, v.class = 'stripped' AS stripped
  FROM session s NOT INDEXED
  CROSS JOIN concerned w ON w.client_id = s.client_id
  CROSS JOIN verdict v ON v.session_id = s.session_id
  WHERE v.class <> 'unknown'
), client_of AS (
  SELECT network, count(*) AS clients, sum(stripped) AS clients_stripped
  FROM (SELECT network, max(stripped) AS stripped FROM seen GROUP BY network, client_id)
  GROUP BY network
), served AS (
  SELECT network, sum(stripped) AS stripped, count(*) AS decided,
    count(*) OVER (PARTITION BY network) <= 50000 AS few
  FROM seen
  GROUP BY network, server_id
), counted AS (
  SELECT network, sum(stripped) AS stripped, sum(decided) AS decided,
    count(*) FILTER (WHERE stripped > 0) AS servers,
    CASE WHEN sum(decided) >= 20
      THEN round(bootstrap_low(stripped, decided) FILTER (WHERE few), 4) END AS low,
    CASE WHEN sum(decided) >= 20
      THEN round(bootstrap_high(stripped, decided) FILTER (WHERE few), 4) END AS high
  FROM served
  GROUP BY network
)
SELECT nullif(c.network, '') AS client_network, c.stripped AS sessions_stripped,
  c.decided AS of_sessions_decided, c.low, c.high, k.clients_stripped, k.clients AS of_clients,
  c.servers AS servers_stripped
FROM counted c
JOIN client_of k ON k.network = c.network
ORDER BY c.stripped DESC, c.decided, client_network
LIMIT coalesce(:rows, -1)
