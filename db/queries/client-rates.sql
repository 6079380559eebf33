-- How often does each client use STARTTLS, and go on without?
-- used: of sessions where it was offered, and where the client asked for it or sent mail, interference
-- left out.  kept_back: of sessions that could not have TLS, those that ended without mail and were not
-- made up for in the clear (reactions says how that is known).  ended_without_mail: the control, of
-- sessions that could have it: probes and health checks end so everywhere.
WITH without AS (
  SELECT client_id, count(*) AS sessions,
    count(*) FILTER (WHERE did NOT IN ('went-on', 'fell-back')) AS kept_back
  FROM v_reaction
  GROUP BY client_id
), seen AS (
  SELECT s.client_id,
    CASE WHEN c.starttls_offered = 1
      AND (c.starttls_requested = 1 OR (s.transactions > 0 AND v.class IS NOT 'stripped'))
      THEN c.starttls_requested END AS used,
    CASE WHEN c.starttls_offered = 1
      AND (c.starttls_requested = 0
           OR (coalesce(c.starttls_reply, 220) = 220 AND c.tls_established IS NOT 0))
      THEN s.transactions = 0 AND NOT (c.tls_established IS NOT 0
        AND (s.estimated_messages IS NULL OR s.estimated_messages > 0)) END AS ended
  FROM session s NOT INDEXED
  CROSS JOIN course c ON c.course_id = s.course_id
  LEFT JOIN verdict v ON v.session_id = s.session_id
  LIMIT -1 -- so that what is selected here is worked out once for each session
), counted AS (
  SELECT client_id, count(*) AS sessions, coalesce(sum(used), 0) AS used,
    count(used) AS could_use, coalesce(sum(ended), 0) AS ended, count(ended) AS with_tls
  FROM seen
  GROUP BY client_id
)
SELECT k.ip AS client_ip, c.sessions,
  used, could_use AS of_sessions_offered,
  coalesce(w.kept_back, 0) AS kept_back, coalesce(w.sessions, 0) AS of_sessions_without_tls,
  ended AS ended_without_mail, with_tls AS of_sessions_with_tls
FROM counted c
JOIN client k ON k.client_id = c.client_id
LEFT JOIN without w ON w.client_id = c.client_id
ORDER BY c.sessions DESC, client_ip
