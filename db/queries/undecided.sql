-- Which sessions could not be decided, and why?
SELECT CASE
    WHEN c.one_sided = 1 THEN 'one direction only was captured'
    WHEN c.midstream = 1 THEN 'its start was not captured'
    WHEN s.gap_octets > 0 THEN 'octets of it were not captured'
    WHEN s.session_id IN (SELECT session_id FROM unjudged)
      OR s.session_id > (SELECT coalesce(max(session_id), 0) FROM judgement) THEN 'not judged yet'
    ELSE 'it ended, or the capture did, before the decision' END AS why,
  count(*) AS sessions,
  (SELECT count(*) FROM session) AS of_sessions
FROM session s
JOIN course c ON c.course_id = s.course_id
LEFT JOIN verdict v ON v.session_id = s.session_id
WHERE coalesce(v.class, 'unknown') = 'unknown'
GROUP BY why
ORDER BY sessions DESC, why
