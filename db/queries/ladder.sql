-- How well were sessions protected (RFC 7435)?
-- A rung's messages are those that were read, and beside them the estimate of those under TLS.
-- low and high: 95 % interval (Wilson) of the share of the sessions decided.
WITH standing AS (
  SELECT coalesce(v.rung, 'undecided') AS rung, s.messages,
    coalesce(s.estimated_messages, 0) AS estimated,
    c.tls_established = 1 AND s.estimated_messages IS NULL AS without_estimate
  FROM session s
  JOIN course c ON c.course_id = s.course_id
  LEFT JOIN verdict v ON v.session_id = s.session_id
), decided AS (
  SELECT count(*) AS sessions FROM verdict WHERE rung <> 'undecided'
)
SELECT rung,
  count(*) AS sessions,
  CASE WHEN rung <> 'undecided' THEN d.sessions END AS of_sessions_decided,
  CASE WHEN rung <> 'undecided' AND d.sessions >= 20
    THEN round(wilson_low(count(*), d.sessions), 4) END AS low,
  CASE WHEN rung <> 'undecided' AND d.sessions >= 20
    THEN round(wilson_high(count(*), d.sessions), 4) END AS high,
  sum(messages) AS messages_read,
  sum(estimated) AS messages_estimated,
  (SELECT sum(messages + estimated) FROM standing) AS of_messages,
  coalesce(sum(without_estimate), 0) AS sessions_without_estimate
FROM standing, decided d
GROUP BY rung
ORDER BY CASE rung
  WHEN 'cleartext' THEN 0
  WHEN 'stripped' THEN 1
  WHEN 'obsolete-tls' THEN 2
  WHEN 'unauthenticated' THEN 3
  WHEN 'authentication-hidden' THEN 4
  WHEN 'authenticable' THEN 5
  ELSE 6 END
