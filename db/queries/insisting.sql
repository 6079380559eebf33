-- How many senders insist on TLS (2.d)?
-- clients-insisting: of those that met a server without TLS to be had (insisted says which, and by
-- what test).  ended-without-mail: sessions without the offer, refused or failed, that went no
-- further; the control: the same where STARTTLS was offered and not refused.  bypassed: of those
-- that ended so, the client had TLS with another server within 10 minutes.  Of sessions refused or
-- failed: went-on in the clear at once, or fell-back to it at the same server within 6 hours; a short
-- capture sees few of those.  low and high: 95 % interval of the share, of clients Wilson's; sessions
-- cluster by server, and it is servers that are resampled: more of them than bootstrap_low() takes
-- have no interval.
WITH reaction AS MATERIALIZED (
  SELECT client_id, server_id, why <> 'not-offered' AS asked, did FROM v_reaction
), control AS MATERIALIZED (
  SELECT course_id FROM course
  WHERE starttls_offered = 1
    AND (starttls_requested = 0
         OR (coalesce(starttls_reply, 220) = 220 AND tls_established IS NOT 0))
), without AS (
  SELECT client_id, count(*) AS sessions, count(*) FILTER (WHERE did <> 'went-on') AS ended
  FROM reaction
  GROUP BY client_id
), suspect AS MATERIALIZED (
  SELECT client_id, sessions FROM without WHERE sessions >= 3 AND ended = sessions
), offered AS (
  SELECT s.client_id, count(*) AS sessions,
    count(*) FILTER (WHERE s.transactions = 0
      AND NOT (c.tls_established IS NOT 0
               AND (s.estimated_messages IS NULL OR s.estimated_messages > 0))) AS ended
  FROM suspect w
  CROSS JOIN session s ON s.client_id = w.client_id
  CROSS JOIN course c ON c.course_id = s.course_id
  WHERE s.course_id IN (SELECT course_id FROM control)
  GROUP BY s.client_id
), client_of AS (
  SELECT (SELECT count(*) FROM without) AS exercised,
    (SELECT count(*) FROM client k
     WHERE EXISTS (SELECT 1 FROM session s
                   WHERE s.client_id = k.client_id AND s.course_id IN (SELECT course_id FROM control))
       AND k.client_id NOT IN (SELECT client_id FROM without)) AS not_exercised,
    (SELECT count(*) FROM suspect w JOIN offered o ON o.client_id = w.client_id
     WHERE newcombe_low(w.sessions, w.sessions, o.ended, o.sessions) > 0) AS insisting
), controlled AS (
  SELECT s.server_id,
    s.transactions = 0 AND NOT (c.tls_established IS NOT 0
      AND (s.estimated_messages IS NULL OR s.estimated_messages > 0)) AS ended
  FROM session s NOT INDEXED
  CROSS JOIN course c ON c.course_id = s.course_id
  WHERE c.course_id IN (SELECT course_id FROM control)
  LIMIT -1 -- so that what is selected here is worked out once for each session
), by_server AS (
  SELECT 3 AS place, sum(did <> 'went-on') AS hits, count(*) AS n,
    count(*) OVER () <= 50000 AS few
  FROM reaction GROUP BY server_id
  UNION ALL
  SELECT 4, sum(ended), count(*), count(*) OVER () <= 50000
  FROM controlled GROUP BY server_id
  UNION ALL
  SELECT 5, sum(did = 'bypassed'), count(*), count(*) OVER () <= 50000
  FROM reaction WHERE did <> 'went-on' GROUP BY server_id
  UNION ALL
  SELECT 6, sum(did = 'went-on'), count(*), count(*) OVER () <= 50000
  FROM reaction WHERE asked GROUP BY server_id
  UNION ALL
  SELECT 7, sum(did = 'fell-back'), count(*), count(*) OVER () <= 50000
  FROM reaction WHERE asked GROUP BY server_id
), counted AS (
  SELECT 1 AS place, insisting AS hits, exercised AS n, wilson_low(insisting, exercised) AS low,
    wilson_high(insisting, exercised) AS high
  FROM client_of
  UNION ALL
  SELECT 2, not_exercised, exercised + not_exercised,
    wilson_low(not_exercised, exercised + not_exercised),
    wilson_high(not_exercised, exercised + not_exercised)
  FROM client_of
  UNION ALL
  SELECT place, sum(hits), sum(n), bootstrap_low(hits, n) FILTER (WHERE few),
    bootstrap_high(hits, n) FILTER (WHERE few)
  FROM by_server
  GROUP BY place
), name (place, what) AS (
  VALUES (1, 'clients-insisting'), (2, 'clients-not-exercised'), (3, 'ended-without-mail'),
    (4, 'control-ended-without-mail'), (5, 'bypassed'), (6, 'went-on'), (7, 'fell-back')
)
SELECT name.what,
  coalesce(k.hits, 0) AS count,
  coalesce(k.n, 0) AS of_count,
  CASE WHEN k.n >= 20 THEN round(k.low, 4) END AS low,
  CASE WHEN k.n >= 20 THEN round(k.high, 4) END AS high
FROM name
LEFT JOIN counted k ON k.place = name.place
ORDER BY name.place
