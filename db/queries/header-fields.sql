-- Which header fields could be read?
SELECT h.field,
  sum(h.count) AS fields,
  (SELECT sum(count) FROM header_field) AS of_fields,
  sum(h.octets) AS octets,
  count(*) AS sessions,
  (SELECT count(*) FROM content) AS of_sessions_with_content
FROM header_field h
GROUP BY h.field
ORDER BY fields DESC, h.field
