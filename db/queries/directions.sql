-- In which direction did mail go in the clear?
-- :home TEXT  prefixes of one's own network, with commas; default: none
-- Submission is told by port 465 or 587 (RFC 8314, RFC 6409), or by AUTH that was read; under TLS
-- on another port it cannot be told from relay.  With home all else is inbound, outbound, internal
-- (both ends at home) or transit (neither), and undetermined where an address was made unreadable;
-- without it all else is relay.  in_the_clear (stripped ones are among them), stripped and
-- established are counts of the sessions decided; of_messages holds those under TLS as estimated.
-- low and high: 95 % interval of the share.  Sessions cluster by server, and it is servers that are
-- resampled; more of them than bootstrap_low() takes have no interval.
WITH seen AS (
  SELECT s.server_id,
    (s.client_id IN (SELECT client_id FROM client WHERE within(ip, :home) = 1))
      + 2 * (c.auth_mechanism IS NOT NULL)
      + 4 * (s.client_id IN (SELECT client_id FROM client
                             WHERE :home IS NOT NULL AND within(ip, :home) IS NULL)) AS who,
    s.messages, s.estimated_messages, s.content_octets, c.tls_established AS established,
    CASE coalesce(v.class, 'unknown') WHEN 'cleartext' THEN 1 WHEN 'stripped' THEN 2
      WHEN 'unknown' THEN NULL ELSE 0 END AS clear
  FROM session s NOT INDEXED
  CROSS JOIN course c ON c.course_id = s.course_id
  LEFT JOIN verdict v ON v.session_id = s.session_id
  LIMIT -1 -- so that what is selected here is worked out once for each session
), counted AS (
  SELECT server_id, who, count(*) AS sessions, count(clear) AS decided,
    count(*) FILTER (WHERE clear > 0) AS in_the_clear,
    count(*) FILTER (WHERE clear = 2) AS stripped,
    count(clear) FILTER (WHERE established = 1) AS established,
    sum(messages) AS readable,
    coalesce(sum(estimated_messages), 0) AS estimated,
    sum(content_octets) AS content_octets
  FROM seen
  GROUP BY server_id, who
), placed AS (
  SELECT k.*, CASE WHEN k.who & 2 OR r.port IN (465, 587) THEN 5
      WHEN :home IS NULL THEN 4
      WHEN k.who & 4 THEN 6
      ELSE CASE within(r.ip, :home) WHEN 1 THEN CASE k.who WHEN 1 THEN 2 ELSE 0 END
        WHEN 0 THEN CASE k.who WHEN 1 THEN 1 ELSE 3 END ELSE 6 END END AS place
  FROM counted k
  JOIN server r ON r.server_id = k.server_id
), served AS (
  SELECT place,
    sum(sessions) AS sessions,
    sum(decided) AS decided,
    sum(in_the_clear) AS in_the_clear,
    sum(stripped) AS stripped,
    sum(established) AS established,
    sum(readable) AS readable,
    sum(estimated) AS estimated,
    sum(content_octets) AS content_octets,
    count(*) OVER (PARTITION BY place) <= 50000 AS few
  FROM placed
  GROUP BY place, server_id
)
SELECT CASE place WHEN 0 THEN 'inbound' WHEN 1 THEN 'outbound' WHEN 2 THEN 'internal'
    WHEN 3 THEN 'transit' WHEN 4 THEN 'relay' WHEN 5 THEN 'submission' ELSE 'undetermined' END
    AS direction,
  sum(sessions) AS sessions,
  sum(in_the_clear) AS in_the_clear,
  sum(decided) AS of_decided,
  CASE WHEN sum(decided) >= 20
    THEN round(bootstrap_low(in_the_clear, decided) FILTER (WHERE few), 4) END AS low,
  CASE WHEN sum(decided) >= 20
    THEN round(bootstrap_high(in_the_clear, decided) FILTER (WHERE few), 4) END AS high,
  sum(stripped) AS stripped,
  sum(established) AS established,
  sum(sessions - decided) AS undecided,
  sum(estimated) AS messages_estimated,
  sum(readable) AS messages_readable,
  sum(readable + estimated) AS of_messages,
  CASE WHEN sum(readable + estimated) >= 20
    THEN round(bootstrap_low(readable, readable + estimated) FILTER (WHERE few), 4) END
    AS messages_readable_low,
  CASE WHEN sum(readable + estimated) >= 20
    THEN round(bootstrap_high(readable, readable + estimated) FILTER (WHERE few), 4) END
    AS messages_readable_high,
  sum(content_octets) AS content_octets
FROM served
GROUP BY place
ORDER BY place
