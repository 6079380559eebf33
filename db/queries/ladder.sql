-- How well were sessions protected (RFC 7435)?
-- A rung's messages are those that were read, and beside them the estimate of those under TLS.
-- low and high: 95 % interval of the share of the sessions decided.  Sessions cluster by server, and
-- it is servers that are resampled; more of them than bootstrap_low() takes have no interval.
WITH seen AS (
  SELECT s.server_id, s.messages, s.estimated_messages,
    CASE WHEN s.estimated_messages IS NULL THEN c.tls_established END AS without_estimate,
    CASE coalesce(v.rung, 'undecided') WHEN 'cleartext' THEN 0 WHEN 'stripped' THEN 1
      WHEN 'obsolete-tls' THEN 2 WHEN 'unauthenticated' THEN 3
      WHEN 'authentication-hidden' THEN 4 WHEN 'authenticable' THEN 5 ELSE 6 END AS place
  FROM session s NOT INDEXED
  CROSS JOIN course c ON c.course_id = s.course_id
  LEFT JOIN verdict v ON v.session_id = s.session_id
  LIMIT -1 -- so that what is selected here is worked out once for each session
), standing AS MATERIALIZED (
  SELECT server_id, place, count(*) AS sessions, sum(messages) AS messages,
    coalesce(sum(estimated_messages), 0) AS estimated,
    count(*) FILTER (WHERE without_estimate = 1) AS without_estimate
  FROM seen
  GROUP BY server_id, place
), decided AS MATERIALIZED (
  SELECT server_id, sum(sessions) AS sessions, count(*) OVER () <= 50000 AS few
  FROM standing
  WHERE place < 6
  GROUP BY server_id
), counted AS (
  SELECT place, sum(sessions) AS sessions, sum(messages) AS messages, sum(estimated) AS estimated,
    sum(without_estimate) AS without_estimate
  FROM standing
  GROUP BY place
), interval AS (
  SELECT k.place,
    bootstrap_low(coalesce(s.sessions, 0), d.sessions) FILTER (WHERE few) AS low,
    bootstrap_high(coalesce(s.sessions, 0), d.sessions) FILTER (WHERE few) AS high
  FROM counted k
  CROSS JOIN decided d
  LEFT JOIN standing s ON s.server_id = d.server_id AND s.place = k.place
  WHERE k.place < 6
  GROUP BY k.place
  HAVING sum(d.sessions) >= 20
)
SELECT CASE k.place WHEN 0 THEN 'cleartext' WHEN 1 THEN 'stripped' WHEN 2 THEN 'obsolete-tls'
    WHEN 3 THEN 'unauthenticated' WHEN 4 THEN 'authentication-hidden'
    WHEN 5 THEN 'authenticable' ELSE 'undecided' END AS rung,
  k.sessions,
  CASE WHEN k.place < 6 THEN (SELECT sum(sessions) FROM decided) END AS of_sessions_decided,
  round(i.low, 4) AS low,
  round(i.high, 4) AS high,
  k.messages AS messages_read,
  k.estimated AS messages_estimated,
  (SELECT sum(messages + estimated) FROM counted) AS of_messages,
  k.without_estimate AS sessions_without_estimate
FROM counted k
LEFT JOIN interval i ON i.place = k.place
ORDER BY k.place
