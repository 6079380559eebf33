-- What was given away by AUTH in the clear?
SELECT a.given,
  (SELECT group_concat(mechanism, ', ') FROM
     (SELECT DISTINCT m.mechanism FROM auth m WHERE m.given = a.given
      ORDER BY m.mechanism LIMIT 20)) AS mechanisms,
  count(*) AS exchanges,
  (SELECT count(*) FROM auth) AS of_exchanges_read,
  count(*) FILTER (WHERE a.outcome = 'accepted') AS accepted,
  count(DISTINCT a.session_id) AS sessions,
  count(DISTINCT s.server_id) AS servers,
  count(DISTINCT s.client_id) AS clients
FROM auth a
JOIN session s ON s.session_id = a.session_id
GROUP BY a.given
ORDER BY CASE a.given
  WHEN 'password' THEN 0
  WHEN 'token' THEN 1
  WHEN 'verifier' THEN 2
  WHEN 'unknown' THEN 3
  WHEN 'name' THEN 4
  ELSE 5 END
