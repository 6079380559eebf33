-- What could an observer read?
SELECT item,
  count(*) AS sessions,
  (SELECT count(*) FROM session) AS of_sessions,
  sum(count) AS count,
  sum(octets) AS octets
FROM v_exposure
GROUP BY item
ORDER BY CASE item
  WHEN 'credential' THEN 0
  WHEN 'body' THEN 1
  WHEN 'attachment' THEN 2
  WHEN 'header-field' THEN 3
  WHEN 'envelope-sender' THEN 4
  WHEN 'envelope-recipient' THEN 5
  WHEN 'client-identity' THEN 6
  WHEN 'server-identity' THEN 7
  ELSE 8 END, item
