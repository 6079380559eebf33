-- Which key exchange groups were used; are they post-quantum?
SELECT tls_group_name AS tls_group,
  tls_post_quantum AS post_quantum,
  count(*) AS sessions,
  (SELECT count(*) FROM session WHERE tls_established = 1 AND tls_post_quantum = 1)
    AS sessions_post_quantum,
  (SELECT count(*) FROM session WHERE tls_established = 1 AND tls_group IS NOT NULL)
    AS of_sessions_with_a_group,
  (SELECT count(*) FROM session WHERE tls_established = 1 AND tls_group IS NULL) AS undetermined
FROM session
WHERE tls_established = 1 AND tls_group IS NOT NULL
GROUP BY tls_group, tls_post_quantum
ORDER BY sessions DESC, tls_group
