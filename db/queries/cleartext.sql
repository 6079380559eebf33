-- Why did sessions stay in the clear?
SELECT class,
  cleartext_reason,
  count(*) AS sessions,
  (SELECT count(*) FROM verdict WHERE class <> 'unknown') AS of_sessions_decided,
  sum(messages) AS messages,
  sum(content_octets) AS content_octets
FROM v_session
WHERE class IN ('cleartext', 'stripped')
GROUP BY class, cleartext_reason
ORDER BY sessions DESC, class, cleartext_reason
