-- Who sends mail to whom, and what became of it?
-- Messages under TLS, as estimated (sessions_not_estimated: those that count nothing); and in the
-- clear: where STARTTLS was not offered; where the client did not use it; after a refusal or a
-- handshake that failed; by interference; and where the capture does not tell why.  credentials_...:
-- sessions that gave some away, likewise.
WITH fell_back AS MATERIALIZED (
  SELECT DISTINCT next_session_id AS session_id
  FROM v_reaction
  WHERE why = 'failed' AND did = 'fell-back'
), seen AS (
  SELECT s.server_id, s.client_id, s.messages, s.estimated_messages,
    c.tls_established = 1 AND s.estimated_messages IS NULL AS not_estimated,
    coalesce(c.credentials_exposed, 0) AS exposed,
    CASE coalesce(v.cleartext_reason, v.class) WHEN 'not-offered' THEN 1 WHEN 'helo-only' THEN 2
      WHEN 'offered-unused'
        THEN CASE WHEN b.session_id IS NULL THEN 2 ELSE 3 END
      WHEN 'refused' THEN 3 WHEN 'starttls-failed' THEN 3 WHEN 'stripped' THEN 4 ELSE 5 END AS fate
  FROM session s NOT INDEXED
  CROSS JOIN course c ON c.course_id = s.course_id
  LEFT JOIN verdict v ON v.session_id = s.session_id
  LEFT JOIN fell_back b ON b.session_id = s.session_id
  LIMIT -1 -- so that what is selected here is worked out once for each session
), pair AS (
  SELECT client_id, server_id, count(*) AS sessions,
    coalesce(sum(estimated_messages), 0) AS encrypted,
    coalesce(sum(messages) FILTER (WHERE fate = 1), 0) AS not_offered,
    coalesce(sum(messages) FILTER (WHERE fate = 2), 0) AS unused,
    coalesce(sum(messages) FILTER (WHERE fate = 3), 0) AS failed,
    coalesce(sum(messages) FILTER (WHERE fate = 4), 0) AS stripped,
    coalesce(sum(messages) FILTER (WHERE fate = 5), 0) AS untold,
    count(*) FILTER (WHERE not_estimated) AS sessions_not_estimated,
    count(*) FILTER (WHERE exposed AND fate = 1) AS credentials_not_offered,
    count(*) FILTER (WHERE exposed AND fate = 2) AS credentials_unused,
    count(*) FILTER (WHERE exposed AND fate = 3) AS credentials_failed,
    count(*) FILTER (WHERE exposed AND fate = 4) AS credentials_stripped,
    count(*) FILTER (WHERE exposed AND fate = 5) AS credentials_untold,
    sum(messages) + coalesce(sum(estimated_messages), 0) AS all_messages
  FROM seen
  GROUP BY server_id, client_id
)
SELECT k.ip AS client_ip, r.ip AS server_ip, r.port AS server_port, sessions, encrypted, not_offered,
  unused, failed, stripped, untold, sessions_not_estimated, credentials_not_offered,
  credentials_unused, credentials_failed, credentials_stripped, credentials_untold
FROM pair p
JOIN client k ON k.client_id = p.client_id
JOIN server r ON r.server_id = p.server_id
ORDER BY all_messages DESC, sessions DESC, client_ip, server_ip, server_port
