-- Which header fields could be read?
SELECT field,
  sum(count) AS fields,
  sum(sum(count)) OVER () AS of_fields,
  sum(octets) AS octets,
  count(*) AS sessions,
  (SELECT count(*) FROM mail WHERE parts IS NOT NULL) AS of_sessions_with_content
FROM v_header_field
GROUP BY field
ORDER BY fields DESC, field
