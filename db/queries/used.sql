-- How often was STARTTLS used where it was offered (2.c)?
SELECT 'requested' AS what,
  count(*) FILTER (WHERE starttls_requested = 1) AS sessions,
  count(*) FILTER (WHERE starttls_requested IS NOT NULL) AS of_sessions,
  count(*) FILTER (WHERE starttls_requested IS NULL) AS undetermined
FROM session
WHERE starttls_offered = 1
UNION ALL
SELECT 'established',
  count(*) FILTER (WHERE tls_established = 1),
  count(*) FILTER (WHERE tls_established IS NOT NULL),
  count(*) FILTER (WHERE tls_established IS NULL)
FROM session
WHERE starttls_offered = 1 AND starttls_requested = 1
