-- Which sessions could not be decided, and why?
SELECT CASE
    WHEN one_sided = 1 THEN 'one direction only was captured'
    WHEN midstream = 1 THEN 'its start was not captured'
    WHEN gap_octets > 0 THEN 'octets of it were not captured'
    WHEN session_id IN (SELECT session_id FROM unjudged) THEN 'not judged yet'
    ELSE 'it ended, or the capture did, before the decision' END AS why,
  count(*) AS sessions,
  (SELECT count(*) FROM session) AS of_sessions
FROM v_session
WHERE class = 'unknown'
GROUP BY why
ORDER BY sessions DESC, why
