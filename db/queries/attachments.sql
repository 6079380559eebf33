-- Which kinds of attachments could be read?
SELECT m.media_type,
  sum(m.count) AS attachments,
  (SELECT coalesce(sum(attachment), 0) FROM mail) AS of_attachments,
  sum(m.octets) AS octets,
  sum(m.decoded_octets) AS decoded_octets,
  count(DISTINCT m.session_id) AS sessions
FROM media m
WHERE m.attachment = 1
GROUP BY m.media_type
ORDER BY attachments DESC, octets DESC, m.media_type
