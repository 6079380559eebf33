-- How much software was ever seen to offer STARTTLS (2.a)?
-- Kinds of software as the greetings name them, seen to offer at one server at least; then servers
-- whose software was seen to offer anywhere, whether they do themselves or not; then servers that
-- do not name theirs.  A stripped session says nothing about the software, and is left out.  low and
-- high: 95 % interval (Wilson).
WITH answered AS (
  SELECT s.banner_id, s.server_id, max(c.starttls_offered IS 1) AS offered
  FROM session s NOT INDEXED
  CROSS JOIN course c ON c.course_id = s.course_id
  CROSS JOIN verdict v ON v.session_id = s.session_id
  WHERE c.ehlo_accepted = 1 AND v.class <> 'stripped'
  GROUP BY +s.banner_id, +s.server_id -- in the order of no index, also where session is a view
), runs AS MATERIALIZED (
  SELECT b.software, a.server_id, max(a.offered) AS offered
  FROM answered a
  LEFT JOIN banner b ON b.banner_id = a.banner_id
  GROUP BY b.software, a.server_id
), software AS MATERIALIZED (
  SELECT software, max(offered) AS offered
  FROM runs
  WHERE software IS NOT NULL
  GROUP BY software
), server_of AS MATERIALIZED (
  SELECT r.server_id, max(k.offered) AS offered
  FROM runs r
  LEFT JOIN software k ON k.software = r.software
  GROUP BY r.server_id
), counted AS (
  SELECT 1 AS place, 'software-offering' AS what, coalesce(sum(offered), 0) AS count,
    count(*) AS n
  FROM software
  UNION ALL
  SELECT 2, 'software-never-offering', count(*) - coalesce(sum(offered), 0), count(*)
  FROM software
  UNION ALL
  SELECT 3, 'servers-running-offering', coalesce(sum(offered), 0), count(offered)
  FROM server_of
  UNION ALL
  SELECT 4, 'servers-not-saying', count(*) - count(offered), count(*)
  FROM server_of
)
SELECT what,
  count,
  n AS of_count,
  CASE WHEN n >= 20 THEN round(wilson_low(count, n), 4) END AS low,
  CASE WHEN n >= 20 THEN round(wilson_high(count, n), 4) END AS high
FROM counted
ORDER BY place
