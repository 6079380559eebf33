-- Which key exchange groups were used; are they post-quantum?
WITH used AS (
  SELECT s.tls_id, count(*) AS sessions
  FROM session s
  JOIN course c ON c.course_id = s.course_id
  WHERE c.tls_established = 1
  GROUP BY s.tls_id
), agreed AS (
  SELECT t.tls_group_name, t.tls_post_quantum, u.sessions
  FROM used u
  LEFT JOIN tls t ON t.tls_id = u.tls_id
)
SELECT tls_group_name AS tls_group,
  tls_post_quantum AS post_quantum,
  sum(sessions) AS sessions,
  (SELECT coalesce(sum(sessions), 0) FROM agreed WHERE tls_post_quantum = 1)
    AS sessions_post_quantum,
  (SELECT sum(sessions) FROM agreed WHERE tls_group_name IS NOT NULL) AS of_sessions_with_a_group,
  (SELECT coalesce(sum(sessions), 0) FROM agreed WHERE tls_group_name IS NULL) AS undetermined
FROM agreed
WHERE tls_group_name IS NOT NULL
GROUP BY tls_group_name, tls_post_quantum
ORDER BY 3 DESC, tls_group
