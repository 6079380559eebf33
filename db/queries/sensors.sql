-- Which sensors did captures come from, and when?
SELECT s.name AS sensor, s.mark AS sensor_mark, count(c.capture_id) AS captures,
  coalesce(sum(n.sessions), 0) AS sessions, min(c.started_at) AS started_at,
  max(c.ended_at) AS ended_at
FROM sensor s
LEFT JOIN capture c ON c.sensor_id = s.sensor_id AND c.state <> 'running'
LEFT JOIN (SELECT capture_id, count(*) AS sessions FROM session GROUP BY capture_id) n
  ON n.capture_id = c.capture_id
GROUP BY s.sensor_id
ORDER BY s.name IS NULL, s.name, s.mark
