-- Which senders insist on TLS (2.d)?
-- The control is how often the same client ends without MAIL where STARTTLS was offered: probes and
-- health checks do so everywhere.  low and high: 95 % interval (Newcombe) of the difference of these
-- two shares, printed where both are of 20 sessions or more.  A client insists when it ended so in
-- all of at least 3 sessions and the interval, printed or not, is above 0; without a control it is
-- undecided.  Not exercised: it never met a server without the offer.
WITH without AS (
  SELECT client_ip, count(*) AS sessions, count(*) FILTER (WHERE did <> 'went-on') AS ended,
    count(*) FILTER (WHERE did = 'bypassed') AS bypassed
  FROM v_reaction GROUP BY client_ip
), offered AS (
  SELECT s.client_id, count(*) AS sessions,
    count(*) FILTER (WHERE s.transactions = 0
      AND NOT (c.tls_established IS NOT 0
               AND (s.estimated_messages IS NULL OR s.estimated_messages > 0))) AS ended
  FROM session s NOT INDEXED
  CROSS JOIN course c ON c.course_id = s.course_id
  WHERE c.starttls_offered = 1
    AND (c.starttls_requested = 0
         OR (coalesce(c.starttls_reply, 220) = 220 AND c.tls_established IS NOT 0))
  GROUP BY s.client_id
), client_of AS (
  SELECT k.ip AS client_ip,
    coalesce(w.sessions, 0) AS without_tls,
    coalesce(w.ended, 0) AS ended_without_mail,
    coalesce(w.bypassed, 0) AS bypassed,
    coalesce(o.sessions, 0) AS offered,
    coalesce(o.ended, 0) AS ended_though_offered,
    newcombe_low(w.ended, w.sessions, o.ended, o.sessions) AS low,
    newcombe_high(w.ended, w.sessions, o.ended, o.sessions) AS high
  FROM client k
  LEFT JOIN without w ON w.client_ip = k.ip
  LEFT JOIN offered o ON o.client_id = k.client_id
  WHERE w.sessions > 0 OR o.sessions > 0
)
SELECT client_ip, without_tls, ended_without_mail, bypassed, offered, ended_though_offered,
  CASE WHEN without_tls >= 20 AND offered >= 20 THEN round(low, 4) END AS low,
  CASE WHEN without_tls >= 20 AND offered >= 20 THEN round(high, 4) END AS high,
  CASE WHEN without_tls = 0 THEN 'not exercised'
       WHEN without_tls >= 3 AND ended_without_mail = without_tls AND client_of.low > 0
         THEN 'insists'
       WHEN ended_without_mail = 0 THEN 'goes on'
       ELSE 'undecided' END AS verdict
FROM client_of
ORDER BY without_tls DESC, offered DESC, client_ip
