-- How often does each server offer STARTTLS, and does it work?
-- Interference is left out.  offered: of sessions with an EHLO reply; established: of those that asked
-- for TLS and tell.  went_elsewhere: of sessions that could not have TLS, of clients that then never
-- send in the clear: the client had TLS with another server within 10 minutes (2.d).  incapable: 1
-- where its greeting names software that was not seen to offer at any server (2.a).
WITH broken AS MATERIALIZED ( -- what is a handshake that a box has spoiled
  SELECT DISTINCT s.server_id, s.client_id
  FROM verdict v
  JOIN session s ON s.session_id = v.session_id
  WHERE v.class = 'stripped' AND v.strip_rule = 'handshake-broken'
), reaction AS MATERIALIZED (
  SELECT client_id, server_id, did FROM v_reaction
), insisting AS MATERIALIZED (
  SELECT client_id FROM reaction GROUP BY client_id
  HAVING count(*) FILTER (WHERE did IN ('went-on', 'fell-back')) = 0
), kept AS (
  SELECT server_id, count(*) AS sessions, count(*) FILTER (WHERE did = 'bypassed') AS elsewhere
  FROM reaction
  WHERE client_id IN (SELECT client_id FROM insisting)
  GROUP BY server_id
), seen AS (
  SELECT s.server_id, s.banner_id,
    c.ehlo_accepted IS 1 AND v.class IS NOT 'stripped' AS answered,
    c.starttls_offered IS 1 AND c.ehlo_accepted IS 1 AND v.class IS NOT 'stripped' AS offered,
    CASE WHEN c.starttls_requested = 1 AND v.class IS NOT 'stripped'
      AND NOT (v.class IS 'starttls-failed' AND b.client_id IS NOT NULL)
      THEN c.tls_established END AS established
  FROM session s NOT INDEXED
  CROSS JOIN course c ON c.course_id = s.course_id
  LEFT JOIN verdict v ON v.session_id = s.session_id
  LEFT JOIN broken b ON b.server_id = s.server_id AND b.client_id = s.client_id
  LIMIT -1 -- so that what is selected here is worked out once for each session
), said AS MATERIALIZED (
  SELECT server_id, banner_id, count(*) AS sessions, sum(answered) AS answered,
    sum(offered) AS offered, coalesce(sum(established), 0) AS established,
    count(established) AS asked
  FROM seen
  GROUP BY server_id, banner_id
), software AS MATERIALIZED (
  SELECT b.software, sum(s.offered) = 0 AND sum(s.answered) > 0 AS incapable
  FROM said s
  JOIN banner b ON b.banner_id = s.banner_id
  WHERE b.software IS NOT NULL
  GROUP BY b.software
), served AS (
  SELECT s.server_id, sum(s.sessions) AS sessions, sum(s.answered) AS answered,
    sum(s.offered) AS offered, sum(s.established) AS established, sum(s.asked) AS asked,
    coalesce(min(w.incapable), 0) AS incapable -- of all that it names
  FROM said s
  LEFT JOIN banner b ON b.banner_id = s.banner_id
  LEFT JOIN software w ON w.software = b.software
  GROUP BY s.server_id
)
SELECT r.ip AS server_ip, r.port AS server_port, v.sessions,
  offered, answered AS of_sessions_answered,
  established, asked AS of_sessions_asked,
  coalesce(k.elsewhere, 0) AS went_elsewhere, coalesce(k.sessions, 0) AS of_sessions_kept_back,
  incapable
FROM served v
JOIN server r ON r.server_id = v.server_id
LEFT JOIN kept k ON k.server_id = v.server_id
ORDER BY v.sessions DESC, server_ip, server_port
